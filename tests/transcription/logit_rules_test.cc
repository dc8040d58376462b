// SPDX-License-Identifier: Apache-2.0
#include "transcription/logit_rules.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "scripted_network.h"
#include "transcription/log_sum_exp.h"
#include "transcription/next_token.h"
#include "transcription/token_choice.h"
#include "transcription/window_segments.h"

namespace decibit::transcription {
namespace {

const whisper::Tokenizer& t = multilingual_tokenizer();
const Token kText = 1000;
Token time(int step) { return t.first_timestamp() + step; }

std::vector<float> flat() { return std::vector<float>(51865, 0.0F); }
bool banned(const std::vector<float>& logits, Token token) {
  return std::isinf(logits[static_cast<std::size_t>(token)]);
}

std::vector<float> after(const LogitRules& rules, const std::vector<Token>& sampled,
                         std::vector<float> logits = flat()) {
  rules.apply(sampled, logits);
  return logits;
}

LogitRules rules(LogitRules::Options options = {}) { return {t, std::move(options)}; }

// Text far more probable than time, so that only what is forbidden is.
std::vector<float> text_is_probable() {
  std::vector<float> logits = flat();
  for (Token token = 0; token < t.first_timestamp(); ++token)
    logits[static_cast<std::size_t>(token)] = 20;
  return logits;
}

TEST(LogitRules, WhatMayFollow) {
  struct Case {
    const char* what;
    std::vector<Token> sampled;
    bool text, end;
    int first_time, last_time;  // none: first > last
  };
  const Case cases[] = {
      {"nothing yet", {}, false, false, 0, 50},
      {"the first timestamp", {time(3)}, true, true, 1, 0},
      {"text", {time(3), kText}, true, true, 4, 1500},
      {"the end of a segment", {time(3), kText, time(9)}, false, true, 9, 1500},
      {"a pair", {time(3), kText, time(9), time(9)}, true, true, 1, 0},
      {"text after a pair", {time(3), kText, time(9), time(12), kText}, true, true, 13, 1500},
      {"the very end", {time(3), kText, time(1500)}, false, true, 1500, 1500},
      {"text at the very end", {time(3), kText, time(1500), time(1500), kText}, true, true, 1, 0},
  };
  LogitRules::Options options;
  options.latest_first_timestamp = 50;
  const LogitRules r = rules(options);
  for (const Case& c : cases) {
    const std::vector<float> logits = after(r, c.sampled, text_is_probable());
    EXPECT_EQ(!banned(logits, kText), c.text) << c.what;
    EXPECT_EQ(!banned(logits, t.end()), c.end) << c.what;
    EXPECT_TRUE(banned(logits, t.no_timestamps())) << c.what;
    for (int step = 0; step <= 1500; ++step)
      ASSERT_EQ(!banned(logits, time(step)), step >= c.first_time && step <= c.last_time)
          << c.what << ", " << step;
  }
}

TEST(LogitRules, TimeWhenAllItsTokensTogetherAreMoreProbableThanAnyText) {
  std::vector<float> logits(51865, -30.0F);
  const std::vector<Token> sampled = {time(0), kText};
  logits[kText] = 3;
  for (int step = 100; step < 120; ++step) logits[static_cast<std::size_t>(time(step))] = 0.1F;
  // 20 exp(0.1) = 22.1 > exp(3) = 20.1
  EXPECT_TRUE(banned(after(rules(), sampled, logits), kText));
  logits[kText] = 3.2F;  // exp(3.2) = 24.5
  EXPECT_FALSE(banned(after(rules(), sampled, logits), kText));
}

TEST(LogitRules, BlankAndSuppressed) {
  LogitRules::Options options;
  options.timestamps = false;
  options.suppressed = {kText, t.start()};
  const LogitRules r = rules(options);
  const Token space = t.encode(" ")[0];
  const auto first = after(r, {});
  EXPECT_TRUE(banned(first, space) && banned(first, t.end()) && banned(first, kText));
  EXPECT_FALSE(banned(first, kText + 1) || banned(first, time(7)));
  const auto second = after(r, {kText + 1});
  EXPECT_FALSE(banned(second, space) || banned(second, t.end()));
  EXPECT_TRUE(banned(second, kText) && banned(second, t.start()));
  options.suppress_blank = false;
  EXPECT_FALSE(banned(after(rules(options), {}), t.end()));
}

TEST(LogitRules, EntriesBeyondTheTokensAreNeverChosen) {
  std::vector<float> logits(52000, 0.0F);
  logits[51990] = 50;
  logits.resize(52000);
  rules().apply(std::vector<Token>{time(0)}, logits);
  EXPECT_TRUE(banned(logits, 51990));
}

// Whatever the network says, times are in pairs and never fall, and the window moves on.
TEST(LogitRules, AnyLogitsGiveALegalText) {
  LogitRules::Options options;
  options.latest_first_timestamp = 50;
  const LogitRules r = rules(options);
  std::mt19937 random(7);
  std::uniform_real_distribution<float> of_time(-2, 14), of_text(0, 12);
  for (int run = 0; run < 60; ++run) {
    std::vector<Token> text;
    for (int i = 0; i < 40; ++i) {
      std::vector<float> logits(51865, -20.0F);
      for (int k = 0; k < 30; ++k) {
        logits[random() % 50000] = of_text(random);
        logits[static_cast<std::size_t>(time(static_cast<int>(random() % 1501)))] = of_time(random);
      }
      if (run % 2 == 0) logits[static_cast<std::size_t>(time(0))] = 13;
      if (random() % 12 == 0) logits[static_cast<std::size_t>(t.end())] = 30;
      NextToken next(r);
      ASSERT_TRUE(next.set(logits, text));
      const Token token = best_token(next.logits());
      if (token == t.end()) break;
      text.push_back(token);
    }
    ASSERT_FALSE(text.empty());
    ASSERT_GE(text[0], time(0));
    ASSERT_LE(text[0], time(50));
    Token latest = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool is_time = text[i] >= time(0);
      if (!is_time) continue;
      ASSERT_GE(text[i], latest);
      // The end of a segment lies behind its start.
      if (i >= 1 && text[i - 1] < time(0)) {
        ASSERT_GT(text[i], latest);
      }
      if (i >= 2) {
        ASSERT_FALSE(text[i - 1] >= time(0) && text[i - 2] >= time(0));
      }
      latest = text[i];
    }
    DecodedWindow decoded;
    decoded.tokens = text;
    const WindowSegments found = window_segments(t, {100, 3000}, decoded);
    EXPECT_GT(found.heard, 0);
    for (const TranscribedSegment& segment : found.segments)
      EXPECT_LE(segment.start_seconds, segment.end_seconds);
  }
}

TEST(LogSumExp, IsThatOfDoubles) {
  std::mt19937 random(3);
  std::normal_distribution<float> values(0, 8);
  for (const std::size_t n : {1U, 15U, 16U, 17U, 1501U, 51865U}) {
    std::vector<float> x(n);
    double most = -1e9, sum = 0;
    for (float& v : x) v = values(random), most = std::max(most, static_cast<double>(v));
    if (n > 2) x[n / 2] = -std::numeric_limits<float>::infinity();
    for (const float v : x) sum += std::exp(static_cast<double>(v) - most);
    // 2 units in the last place of a float exponential, relative to the sum.
    EXPECT_NEAR(log_sum_exp(x), most + std::log(sum), 3e-7) << n;
  }
  const float never = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(log_sum_exp(std::vector<float>{}), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(log_sum_exp(std::vector<float>(20, never)), -std::numeric_limits<double>::infinity());
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()})
    for (const std::size_t place : {0U, 5U, 18U}) {
      std::vector<float> x(20, 1.0F);
      x[place] = bad;
      EXPECT_FALSE(std::isfinite(log_sum_exp(x))) << bad << " at " << place;
    }
  EXPECT_TRUE(std::isnan(log_sum_exp(std::vector<float>(20, std::nanf("")))));
}

TEST(NextToken, ValuesThatAreNotFiniteAreADamagedModel) {
  std::vector<float> logits = flat();
  logits[77] = std::nanf("");
  const LogitRules r = rules();
  NextToken next(r);
  const Status status = next.set(logits, std::vector<Token>{time(0)});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kBadInput);
}

}  // namespace
}  // namespace decibit::transcription
