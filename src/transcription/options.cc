// SPDX-License-Identifier: Apache-2.0
#include "transcription/options.h"

#include <fmt/format.h>

#include <cmath>

#include "models/whisper/window.h"
#include "text/strip.h"

namespace decibit::transcription {
namespace {

constexpr int kMostTexts = static_cast<int>(whisper::WindowNetwork::kMostTexts);

Status check_range(const char* name, double value, double least, double most) {
  if (value >= least && value <= most) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("the {} is {}; it lies between {} and {}", name, value, least, most));
}

Status check_optional(const char* name, const std::optional<double>& value, double least,
                      double most) {
  return value ? check_range(name, *value, least, most) : Status();
}

Status check_search(const TranscribeOptions& options) {
  constexpr double kHottest = 100, kColdest = 1e-3;  // a float holds logits over it
  if (options.temperatures.empty())
    return fail(ErrorCode::kUsage, "there is no temperature to decode at");
  for (const double temperature : options.temperatures)
    if (temperature != 0)
      TRY(check_range("temperature other than 0", temperature, kColdest, kHottest));
  TRY(check_range("beam size", options.beam_size, 1, kMostTexts));
  TRY(check_range("number of samples (best of)", options.best_of, 1, kMostTexts));
  constexpr double kMostPatience = 1000;
  TRY(check_range("patience", options.patience, 0, kMostPatience));
  if (std::nearbyint(options.beam_size * options.patience) < 1)
    return fail(ErrorCode::kUsage,
                fmt::format("a patience of {} ends a search with {} beams before its first text",
                            options.patience, options.beam_size));
  return check_optional("length penalty", options.length_penalty, 0, 1);
}

Status check_thresholds(const TranscribeOptions& options) {
  constexpr double kAny = 1e9;
  TRY(check_optional("compression ratio threshold", options.compression_ratio_threshold, 0, kAny));
  TRY(check_optional("log probability threshold", options.logprob_threshold, -kAny, kAny));
  TRY(check_optional("no-speech threshold", options.no_speech_threshold, 0, kAny));
  TRY(check_optional("latest first timestamp", options.max_initial_timestamp, 0, 30));
  TRY(check_optional("hallucination silence threshold", options.hallucination_silence_threshold, 0,
                     kAny));
  if (options.hallucination_silence_threshold && !options.word_timestamps)
    return fail(ErrorCode::kUsage, "the hallucination silence threshold needs word timestamps");
  return {};
}

Status check_tokens(const TranscribeOptions& options, const whisper::Tokenizer& tokenizer) {
  for (const whisper::Token token : options.suppress_tokens) {
    if (token < -1 || token > tokenizer.last_timestamp())
      return fail(ErrorCode::kUsage,
                  fmt::format("there is no token {} to suppress; they are 0 to {}, and -1 for the "
                              "usual ones",
                              token, tokenizer.last_timestamp()));
    if (token == tokenizer.end())
      return fail(ErrorCode::kUsage,
                  fmt::format("token {} ends a text and cannot be suppressed", token));
  }
  return {};
}

}  // namespace

Status check_options(const TranscribeOptions& options, const whisper::Tokenizer& tokenizer) {
  TRY(check_search(options));
  TRY(check_thresholds(options));
  TRY(check_tokens(options, tokenizer));
  if (options.task == TranscribeOptions::Task::kTranslate && !tokenizer.is_multilingual())
    return fail(ErrorCode::kUsage, "this model knows English only and cannot translate",
                "a model whose name does not end in .en");
  return {};
}

Result<std::string> language_code(const TranscribeOptions& options,
                                  const whisper::Tokenizer& tokenizer) {
  if (options.language.empty()) return std::string(tokenizer.is_multilingual() ? "" : "en");
  const auto language =
      whisper::find_language(options.language, tokenizer.known_languages().size());
  if (!language) return Unexpected(language.error());
  if (!tokenizer.is_multilingual() && language->code != "en")
    return fail(ErrorCode::kUsage,
                fmt::format("this model knows English only, not {}", language->name),
                "a model whose name does not end in .en");
  return std::string(language->code);
}

std::vector<whisper::Token> prompt_tokens(const whisper::Tokenizer& tokenizer,
                                          std::string_view text) {
  const std::string_view stripped = text::strip(text);
  if (stripped.empty()) return {};
  return tokenizer.encode(" " + std::string(stripped));
}

}  // namespace decibit::transcription
