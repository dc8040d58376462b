// SPDX-License-Identifier: Apache-2.0
#include "transcription/logit_rules.h"

#include <algorithm>
#include <limits>

#include "core/check.h"
#include "transcription/log_sum_exp.h"

namespace decibit::transcription {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

// Tokens [first, end) may not come.
void ban(std::span<float> logits, Token first, Token end) {
  if (first >= end) return;
  std::ranges::fill(
      logits.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first)),
      kNever);
}

}  // namespace

LogitRules::LogitRules(const whisper::Tokenizer& tokenizer, Options options)
    : options_(std::move(options)),
      blank_(tokenizer.encode(" ")),
      end_(tokenizer.end()),
      no_timestamps_(tokenizer.no_timestamps()),
      first_timestamp_(tokenizer.first_timestamp()),
      last_timestamp_(tokenizer.last_timestamp()) {
  blank_.push_back(end_);
}

void LogitRules::apply(std::span<const Token> sampled, std::span<float> logits) const {
  DECIBIT_CHECK(std::ssize(logits) > last_timestamp_);
  const auto size = static_cast<Token>(logits.size());
  if (options_.suppress_blank && sampled.empty())
    for (const Token token : blank_) ban(logits, token, token + 1);
  for (const Token token : options_.suppressed) ban(logits, token, token + 1);
  ban(logits, last_timestamp_ + 1, size);
  if (options_.timestamps) apply_timestamp_rules(sampled, logits);
}

void LogitRules::apply_timestamp_rules(std::span<const Token> sampled,
                                       std::span<float> logits) const {
  const Token behind = last_timestamp_ + 1;
  ban(logits, no_timestamps_, no_timestamps_ + 1);

  const std::size_t n = sampled.size();
  const bool after_timestamp = n >= 1 && is_timestamp(sampled[n - 1]);
  const bool pair_is_complete = n < 2 || is_timestamp(sampled[n - 2]);
  if (after_timestamp) {
    if (pair_is_complete)
      ban(logits, first_timestamp_, behind);
    else
      ban(logits, 0, end_);
  }
  const auto reversed_end = sampled.rend();
  const auto latest = std::find_if(sampled.rbegin(), reversed_end,
                                   [this](Token token) { return is_timestamp(token); });
  if (latest != reversed_end) {
    // The next segment may begin where this one ended, but may not end where it began.
    const bool begins_segment = after_timestamp && !pair_is_complete;
    ban(logits, first_timestamp_, *latest + (begins_segment ? 0 : 1));
  }
  if (sampled.empty()) {
    ban(logits, 0, first_timestamp_);
    if (options_.latest_first_timestamp)
      ban(logits, std::min(behind, first_timestamp_ + *options_.latest_first_timestamp + 1),
          behind);
  }

  // Time, when all its tokens together are more probable than the best other one.
  const auto text = logits.first(static_cast<std::size_t>(first_timestamp_));
  const auto times = logits.subspan(static_cast<std::size_t>(first_timestamp_),
                                    static_cast<std::size_t>(whisper::Tokenizer::kTimestamps));
  if (log_sum_exp(times) > static_cast<double>(largest(text))) ban(logits, 0, first_timestamp_);
}

}  // namespace decibit::transcription
