// SPDX-License-Identifier: Apache-2.0
// prompt: [start_of_previous history...] start [language task] [no_timestamps] [prefix...]
#include "transcription/window_decoder.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/check.h"
#include "text/strip.h"
#include "transcription/compression_ratio.h"
#include "transcription/log_sum_exp.h"
#include "transcription/ranking.h"
#include "transcription/search.h"

namespace decibit::transcription {
namespace {

constexpr std::size_t kLongestStart = 4;  // start, language, task, no_timestamps
constexpr double kTimestampSeconds = 0.02;

LogitRules::Options rule_options(const whisper::Tokenizer& tokenizer,
                                 const TranscribeOptions& options) {
  LogitRules::Options rules;
  rules.suppress_blank = options.suppress_blank;
  rules.timestamps = !options.without_timestamps;
  // 0 is no limit, as in OpenAI's.
  if (options.max_initial_timestamp.value_or(0) > 0)
    rules.latest_first_timestamp =
        static_cast<int>(std::nearbyint(*options.max_initial_timestamp / kTimestampSeconds));
  std::vector<Token>& suppressed = rules.suppressed;
  for (const Token token : options.suppress_tokens)
    if (token >= 0) suppressed.push_back(token);
  if (std::ranges::count(options.suppress_tokens, -1) > 0) {
    const std::vector<Token> symbols = tokenizer.non_speech();
    suppressed.insert(suppressed.end(), symbols.begin(), symbols.end());
  }
  suppressed.insert(suppressed.end(), {tokenizer.start(), tokenizer.translate(),
                                       tokenizer.transcribe(), tokenizer.start_of_lm(),
                                       tokenizer.start_of_previous(), tokenizer.no_speech()});
  return rules;
}

Result<std::vector<Candidate>> find_texts(const Search& search, std::span<const float> first,
                                          const TranscribeOptions& options, double temperature,
                                          std::uint64_t window) {
  if (temperature > 0)
    return draw_texts(search, first, static_cast<std::size_t>(options.best_of), temperature,
                      {options.seed, window, std::bit_cast<std::uint64_t>(temperature)});
  if (options.beam_size > 1)
    return beam_search(search, first, static_cast<std::size_t>(options.beam_size),
                       options.patience);
  return greedy_search(search, first);
}

}  // namespace

std::size_t longest_history(std::int64_t text_context) {
  return static_cast<std::size_t>(text_context / 2 - 1);
}

std::size_t longest_prefix(std::int64_t text_context) {
  return static_cast<std::size_t>(text_context - text_context / 2) - kLongestStart;
}

std::vector<Token> start_of_text(const whisper::Tokenizer& tokenizer, std::string_view language,
                                 TranscribeOptions::Task task) {
  if (!tokenizer.is_multilingual()) return {tokenizer.start()};
  return {
      tokenizer.start(), tokenizer.language(language),
      task == TranscribeOptions::Task::kTranslate ? tokenizer.translate() : tokenizer.transcribe()};
}

WindowDecoder::WindowDecoder(const whisper::Tokenizer& tokenizer, std::int64_t text_context,
                             const TranscribeOptions& options, std::string_view language)
    : tokenizer_(tokenizer),
      text_context_(text_context),
      options_(options),
      start_(transcription::start_of_text(tokenizer, language, options.task)),
      rules_(tokenizer, rule_options(tokenizer, options)) {}

Result<DecodedWindow> WindowDecoder::decode(whisper::WindowNetwork& network,
                                            const WindowPrompt& prompt, double temperature) const {
  std::vector<Token> tokens;
  if (!prompt.history.empty()) {
    const auto history =
        prompt.history.last(std::min(prompt.history.size(), longest_history(text_context_)));
    tokens.push_back(tokenizer_.start_of_previous());
    tokens.insert(tokens.end(), history.begin(), history.end());
  }
  const std::size_t start = tokens.size();
  tokens.insert(tokens.end(), start_.begin(), start_.end());
  if (options_.without_timestamps) tokens.push_back(tokenizer_.no_timestamps());
  tokens.insert(tokens.end(), prompt.prefix.begin(), prompt.prefix.end());
  const auto context = static_cast<std::size_t>(text_context_);
  DECIBIT_CHECK(tokens.size() <= context);

  const std::size_t wanted[] = {start, tokens.size() - 1};
  const bool both_at_once = wanted[0] == wanted[1];
  const ConstRows logits = network.start(tokens, std::span(wanted).last(both_at_once ? 1 : 2));
  const auto row = [&](std::int64_t i) {
    return std::span(logits.row(i), static_cast<std::size_t>(logits.width));
  };
  const std::span<const float> at_start = row(0);
  const double no_speech_logit =
      static_cast<double>(at_start[static_cast<std::size_t>(tokenizer_.no_speech())]);

  DecodedWindow window;
  window.temperature = temperature;
  window.no_speech_prob = std::exp(no_speech_logit - log_sum_exp(at_start));

  // The last token need not be read any more, so one fits that stands behind the context.
  const std::size_t most_tokens = std::min(context / 2, context + 1 - tokens.size());
  const Search search{network, rules_, tokenizer_.end(), most_tokens, options_.stop};
  auto texts = find_texts(search, row(logits.count - 1), options_, temperature, prompt.window);
  if (!texts) return Unexpected(std::move(texts).error());
  Candidate& best = (*texts)[most_likely(*texts, options_.length_penalty)];
  window.tokens = std::move(best.tokens);
  window.avg_logprob = best.log_probability / (static_cast<double>(window.tokens.size()) + 1);
  const std::string text = tokenizer_.decode(window.tokens);
  window.compression_ratio = compression_ratio(text::strip(text));
  return window;
}

}  // namespace decibit::transcription
