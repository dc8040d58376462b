// SPDX-License-Identifier: Apache-2.0
#include "speech/synthesizer.h"

#include <chrono>
#include <utility>

#include "core/utf8.h"
#include "speech/notes.h"
#include "speech/read_ahead.h"
#include "speech/symbol_list.h"
#include "speech/word_times.h"

namespace decibit::speech {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Error nothing_to_say(std::u32string_view unknown) {
  if (unknown.empty()) return {ErrorCode::kUsage, "there is nothing to say: the text has no sound"};
  return {.code = ErrorCode::kUsage,
          .message = "the phonemes hold no symbol that the model knows: " + symbol_list(unknown),
          .hint = "phonemes are those of misaki, such as həlˈO"};
}

}  // namespace

Status Synthesizer::generate(TextSource text, const text::en::Phonemizer* phonemizer,
                             const kokoro::Voice& voice, const Options& options, Reporter& reporter,
                             OnChunk on_chunk, OnParagraphEnd on_paragraph_end) {
  timing_ = {};
  unknown_.clear();
  unspoken_.clear();
  const kokoro::Model& model = network_.model();
  ReadAhead ahead(
      Reader(std::move(text), phonemizer,
             {options.paragraph_gap,
              kokoro::ChunkSizes::of(model.network().max_tokens(), options.voice.speed),
              [&](std::u32string_view written) { return model.vocabulary().spelled(written); }}));
  Notes notes(reporter);
  SpeechChunk chunk;
  ReadChunk read;
  while (TRY(ahead.next(read, reporter))) {
    notes.add(read.notes);
    chunk.silence_before += read.pause;
    std::u32string dropped;
    const bool has_sound = model.vocabulary().encode(read.phonemes, dropped).size() > 2;
    notes.add_unknown(dropped);
    add_each_once(dropped, unknown_);
    add_each_once(read.unspoken, unspoken_);
    if (has_sound) {
      const Clock::time_point begun = Clock::now();
      const kokoro::Speech speech =
          TRY(network_.speak(read.phonemes, chunk.index, voice, options.voice, reporter));
      timing_.network_seconds += seconds_since(begun);
      if (chunk.index == 0) timing_.first_sound_seconds = seconds_since(read.text_came);
      chunk.paragraph = read.paragraph;
      chunk.text = read.text();
      chunk.phonemes = to_utf8(read.phonemes);
      chunk.audio = speech.audio;
      chunk.durations = speech.durations;
      chunk.words = word_times(read, speech.durations);
      chunk.unknown_symbols = to_utf8(dropped);
      chunk.bytes_read = read.bytes_read;
      TRY(on_chunk(chunk));
      const std::size_t next = chunk.index + 1;
      chunk = {};
      chunk.index = next;
    }
    if (read.ends_paragraph) TRY(on_paragraph_end());
  }
  if (chunk.index == 0) return Unexpected(nothing_to_say(unknown_));
  if (chunk.silence_before.count() == 0) return {};
  chunk.paragraph = read.paragraph;
  chunk.bytes_read = read.bytes_read;
  return on_chunk(chunk);
}

}  // namespace decibit::speech
