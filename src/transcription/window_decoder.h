// SPDX-License-Identifier: Apache-2.0
// The text of one window at one temperature (openai-whisper, decoding.py: DecodingTask).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "decibit/transcribe.h"
#include "models/whisper/tokenizer.h"
#include "models/whisper/window.h"
#include "transcription/logit_rules.h"

namespace decibit::transcription {

struct DecodedWindow {
  std::vector<Token> tokens;  // with timestamps, without the end
  double temperature = 0;
  double avg_logprob = 0;
  double compression_ratio = 0;
  double no_speech_prob = 0;
};

/// The texts that a window goes on from. The history is cut from the front to what fits.
struct WindowPrompt {
  std::span<const Token> history;
  std::span<const Token> prefix;  // the window's own text begins with it
  std::uint64_t window = 0;       // its number for chance
};

class WindowDecoder {
 public:
  /// `options` passed check_options(); `language` is a code. They and the tokenizer outlive it.
  WindowDecoder(const whisper::Tokenizer& tokenizer, std::int64_t text_context,
                const TranscribeOptions& options, std::string_view language);

  /// `network` has listened to the window.
  Result<DecodedWindow> decode(whisper::WindowNetwork& network, const WindowPrompt& prompt,
                               double temperature) const;

  const whisper::Tokenizer& tokenizer() const { return tokenizer_; }
  std::int64_t text_context() const { return text_context_; }
  /// Start, language, task.
  std::span<const Token> start_of_text() const { return start_; }

 private:
  const whisper::Tokenizer& tokenizer_;
  std::int64_t text_context_;
  const TranscribeOptions& options_;
  std::vector<Token> start_;
  LogitRules rules_;
};

/// Tokens of history that a text context has room for: half of it, less the mark before them.
std::size_t longest_history(std::int64_t text_context);
/// What remains of the other half for a prefix, so that a token can follow it.
std::size_t longest_prefix(std::int64_t text_context);

/// Start, and what a multilingual model is told about language and task.
std::vector<Token> start_of_text(const whisper::Tokenizer& tokenizer, std::string_view language,
                                 TranscribeOptions::Task task);

}  // namespace decibit::transcription
