// SPDX-License-Identifier: Apache-2.0
// A text of any length to chunks of sound, in constant memory.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "core/function_ref.h"
#include "core/reporter.h"
#include "core/result.h"
#include "decibit/speech.h"
#include "models/kokoro/synthesizer.h"
#include "speech/text_source.h"
#include "text/en/phonemizer.h"

namespace decibit::speech {

struct Options {
  kokoro::SpeakOptions voice;
  std::chrono::milliseconds paragraph_gap = SpeechOptions().paragraph_gap;
};

/// Of one text so far; waiting for more of it counts nowhere.
struct Timing {
  double network_seconds = 0;  // all chunks'
  /// From when the text of the first chunk with sound was there to its sound.
  double first_sound_seconds = 0;
};

/// One for each thread that speaks; model and engine may be shared, their loops take turns.
class Synthesizer {
 public:
  using OnChunk = FunctionRef<Status(const SpeechChunk&)>;
  using OnParagraphEnd = FunctionRef<Status()>;

  Synthesizer(const kokoro::Model& model, Engine& engine, Compute compute)
      : network_(model, engine, compute) {}

  /// Speaks `text`, English or, without a `phonemizer`, phonemes. Its next chunks are read on one
  /// more thread meanwhile. Notes, and a warning for each symbol that the model does not know, go
  /// to `reporter`, whose cancellation answers within a layer of the network; everything is called
  /// from the calling thread, except the source. Errors are those of source, network
  /// (kokoro::Synthesizer::speak) and the callbacks, and kUsage for a text without any sound.
  ///
  /// `on_paragraph_end` is called behind the last chunk of a paragraph, before more text is waited
  /// for; not at the end of the text.
  Status generate(TextSource text, const text::en::Phonemizer* phonemizer,
                  const kokoro::Voice& voice, const Options& options, Reporter& reporter,
                  OnChunk on_chunk, OnParagraphEnd on_paragraph_end);
  Status generate(TextSource text, const text::en::Phonemizer* phonemizer,
                  const kokoro::Voice& voice, const Options& options, Reporter& reporter,
                  OnChunk on_chunk) {
    return generate(std::move(text), phonemizer, voice, options, reporter, on_chunk,
                    [] { return Status(); });
  }

  /// Of the last text; up to date when `on_chunk` is called.
  const Timing& timing() const { return timing_; }
  /// Of the last text, each once: also those of chunks that were left out as a whole.
  std::u32string_view unknown_symbols() const { return unknown_; }
  /// Characters of the last text that have no reading, each once.
  std::u32string_view unspoken() const { return unspoken_; }
  std::size_t workspace_bytes() const { return network_.workspace_bytes(); }

 private:
  kokoro::Synthesizer network_;
  Timing timing_;
  std::u32string unknown_, unspoken_;
};

}  // namespace decibit::speech
