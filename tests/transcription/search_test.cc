// SPDX-License-Identifier: Apache-2.0
#include "transcription/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "scripted_network.h"
#include "transcription/ranking.h"
#include "transcription/token_choice.h"

namespace decibit::transcription {
namespace {

const whisper::Tokenizer& t = multilingual_tokenizer();
using Text = std::vector<Token>;

// A language of a few tokens: what comes next depends on all before it, as if by chance.
class SmallLanguage final : public whisper::WindowNetwork {
 public:
  SmallLanguage(std::uint32_t seed, Token letters, double end_bonus)
      : seed_(seed), letters_(letters), end_bonus_(end_bonus) {}

  void listen(ConstRows) override {}
  ConstRows start(std::span<const Token>, std::span<const std::size_t>) override {
    texts_ = {{}};
    return rows();
  }
  ConstRows step(std::span<const std::size_t> parents, std::span<const Token> tokens) override {
    EXPECT_LE(tokens.size(), kMostTexts);
    std::vector<Text> texts;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      texts.push_back(texts_.at(parents[i]));
      texts.back().push_back(tokens[i]);
    }
    texts_ = std::move(texts);
    ++steps;
    return rows();
  }
  whisper::Alignment align(std::span<const Token>, std::int64_t) override { return {}; }

  std::map<Token, double> log_probabilities(const Text& text) const {
    std::uint32_t state = seed_;
    for (const Token token : text)
      state = (state ^ static_cast<std::uint32_t>(token)) * 2654435761U;
    std::map<Token, double> logits;
    for (Token letter = 0; letter <= letters_; ++letter) {
      state = state * 1664525U + 1013904223U;
      const double logit = static_cast<double>(state >> 16U) / 65536 * 3;
      const bool end = letter == letters_;
      logits[end ? t.end() : 1000 + letter] = static_cast<float>(logit + (end ? end_bonus_ : 0));
    }
    double sum = 0;
    for (const auto& [token, logit] : logits) sum += std::exp(logit);
    for (auto& [token, logit] : logits) logit -= std::log(sum);
    return logits;
  }

  std::size_t steps = 0;

 private:
  ConstRows rows() {
    constexpr std::int64_t kWidth = 51865;
    rows_.assign(texts_.size() * kWidth, -std::numeric_limits<float>::infinity());
    for (std::size_t i = 0; i < texts_.size(); ++i)
      for (const auto& [token, value] : log_probabilities(texts_[i]))
        rows_[i * kWidth + static_cast<std::size_t>(token)] = static_cast<float>(value);
    return {rows_.data(), std::ssize(texts_), kWidth, kWidth};
  }
  std::uint32_t seed_;
  Token letters_;
  double end_bonus_;
  std::vector<Text> texts_;
  std::vector<float> rows_;
};

LogitRules no_rules() {
  LogitRules::Options options;
  options.timestamps = false;
  options.suppress_blank = false;
  return {t, options};
}

const std::function<bool()> kNever;

std::span<const float> begin(whisper::WindowNetwork& network) {
  const Text prompt = {t.start()};
  const std::size_t wanted[] = {0};
  const ConstRows rows = network.start(prompt, wanted);
  return {rows.row(0), static_cast<std::size_t>(rows.width)};
}

double log_probability(const SmallLanguage& language, const Text& text, bool ended) {
  double sum = 0;
  Text before;
  for (const Token token : text) {
    sum += language.log_probabilities(before).at(token);
    before.push_back(token);
  }
  return ended ? sum + language.log_probabilities(before).at(t.end()) : sum;
}

TEST(GreedySearch, TakesTheBestOfEachStep) {
  const LogitRules rules = no_rules();
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    SmallLanguage language(seed, 4, 0);
    const auto found = greedy_search({language, rules, t.end(), 6, kNever}, begin(language));
    ASSERT_TRUE(found && found->size() == 1);
    Text expected;
    bool ended = false;
    while (!ended && expected.size() < 6) {
      const auto next = language.log_probabilities(expected);
      const auto best = std::ranges::max_element(
          next, [](const auto& a, const auto& b) { return a.second < b.second; });
      ended = best->first == t.end();
      if (!ended) expected.push_back(best->first);
    }
    EXPECT_EQ((*found)[0].tokens, expected);
    EXPECT_NEAR((*found)[0].log_probability, log_probability(language, expected, ended), 1e-5);
    EXPECT_LE(language.steps, 5U);
  }
}

// OpenAI's algorithm word for word: dictionaries keyed by whole texts.
struct ReferenceBeams {
  std::vector<std::pair<Text, double>> ended;

  ReferenceBeams(const SmallLanguage& language, std::size_t width, std::size_t enough,
                 std::size_t most) {
    std::vector<std::pair<Text, double>> beams = {{{}, 0.0}};
    for (std::size_t step = 0; step < most && ended.size() < enough; ++step) {
      std::vector<std::pair<Text, double>> scores;
      for (const auto& [text, sum] : beams) {
        std::vector<std::pair<Token, double>> next;
        for (const auto& entry : language.log_probabilities(text)) next.push_back(entry);
        std::ranges::stable_sort(next, [](auto& a, auto& b) { return a.second > b.second; });
        next.resize(std::min(next.size(), width + 1));
        for (const auto& [token, value] : next) {
          scores.emplace_back(text, sum + value);
          scores.back().first.push_back(token);
        }
      }
      std::ranges::stable_sort(scores, [](auto& a, auto& b) { return a.second > b.second; });
      beams.clear();
      for (auto& [text, sum] : scores) {
        if (text.back() == t.end()) {
          if (ended.size() < enough) ended.emplace_back(text, sum), ended.back().first.pop_back();
        } else {
          beams.emplace_back(text, sum);
          if (beams.size() == width) break;
        }
      }
    }
    for (const auto& beam : beams)
      if (ended.size() < width) ended.push_back(beam);
  }
};

TEST(BeamSearch, IsOpenAis) {
  const LogitRules rules = no_rules();
  std::size_t unfinished = 0;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    const std::size_t width = 1 + seed % 8;
    const double patience = seed % 3 == 0 ? 1 : seed % 3 == 1 ? 2 : 0.7;
    const double end_bonus = seed % 2 == 0 ? 0.5 : -3;
    SmallLanguage language(seed, 9, end_bonus);
    const auto enough =
        static_cast<std::size_t>(std::nearbyint(static_cast<double>(width) * patience));
    const ReferenceBeams expected(language, width, enough, 7);
    const auto found =
        beam_search({language, rules, t.end(), 7, kNever}, begin(language), width, patience);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), expected.ended.size()) << seed;
    for (std::size_t i = 0; i < found->size(); ++i) {
      EXPECT_EQ((*found)[i].tokens, expected.ended[i].first) << seed << ", " << i;
      EXPECT_NEAR((*found)[i].log_probability, expected.ended[i].second, 1e-5);
      unfinished += (*found)[i].tokens.size() == 7 ? 1 : 0;
    }
  }
  EXPECT_GT(unfinished, 10U);
}

TEST(BeamSearch, FindsEveryTextOfATinyLanguage) {
  const LogitRules rules = no_rules();
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    SmallLanguage language(seed, 2, 0);
    const auto found = beam_search({language, rules, t.end(), 2, kNever}, begin(language), 8, 10);
    ASSERT_TRUE(found);
    // Those that end within two steps, and those that do not.
    std::map<Text, double> all;
    for (const Text& text : {Text{}, Text{1000}, Text{1001}})
      all[text] = log_probability(language, text, true);
    for (const Token a : {1000, 1001})
      for (const Token b : {1000, 1001}) all[{a, b}] = log_probability(language, {a, b}, false);
    ASSERT_EQ(found->size(), all.size());
    for (const Candidate& candidate : *found)
      EXPECT_NEAR(candidate.log_probability, all.at(candidate.tokens), 1e-5);
    const auto score = [](const auto& text) {
      return text.second / std::max(1.0, static_cast<double>(text.first.size()));
    };
    const auto best = std::ranges::max_element(
        all, [&](const auto& a, const auto& b) { return score(a) < score(b); });
    EXPECT_EQ((*found)[most_likely(*found, std::nullopt)].tokens, best->first);
  }
}

TEST(DrawTexts, FollowTheDistributionAndOnlyTheKey) {
  const LogitRules rules = no_rules();
  SmallLanguage language(5, 3, 0);
  std::map<Token, int> first_tokens;
  const int runs = 100;
  for (int run = 0; run < runs; ++run) {
    DrawKey key{static_cast<std::uint64_t>(run), 300, 7};
    const auto five = draw_texts({language, rules, t.end(), 5, kNever}, begin(language), 5, 1, key);
    const auto two = draw_texts({language, rules, t.end(), 5, kNever}, begin(language), 2, 1, key);
    ASSERT_TRUE(five && two);
    for (std::size_t i = 0; i < 5; ++i) {
      const Candidate& text = (*five)[i];
      ++first_tokens[text.tokens.empty() ? t.end() : text.tokens[0]];
      if (i < 2) {
        EXPECT_EQ(text.tokens, (*two)[i].tokens);
      }
      EXPECT_NEAR(text.log_probability,
                  log_probability(language, text.tokens, text.tokens.size() < 5), 1e-5);
    }
  }
  for (const auto& [token, value] : language.log_probabilities({})) {
    // Four standard deviations.
    const double expected = std::exp(value) * runs * 5;
    EXPECT_NEAR(first_tokens[token], expected, 4 * std::sqrt(expected));
  }
}

TEST(DrawToken, ColdIsTheBestAndHotIsAny) {
  std::vector<float> logits(51865, -std::numeric_limits<float>::infinity()), weights;
  logits[10] = 1, logits[20] = 2, logits[30] = 0;
  EXPECT_EQ(draw_token(logits, 0.01, 0.999, weights), 20);
  EXPECT_EQ(draw_token(logits, 1, 0, weights), 10);
  EXPECT_EQ(draw_token(logits, 1, 0.2447 - 1e-4, weights), 10);
  EXPECT_EQ(draw_token(logits, 1, 0.2448 + 1e-4, weights), 20);
  EXPECT_EQ(draw_token(logits, 1, std::nextafter(1.0, 0.0), weights), 30);
}

TEST(TokenChoice, OfEqualsTheFirst) {
  std::vector<float> logits(100, 0.0F);
  logits[7] = logits[9] = 3;
  logits[50] = 1;
  logits[60] = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(best_token(logits), 7);
  EXPECT_EQ(best_tokens(logits, 5), (Text{7, 9, 50, 0, 1}));
  logits.assign(100, -std::numeric_limits<float>::infinity());
  logits[3] = 1;
  EXPECT_EQ(best_tokens(logits, 5), (Text{3}));
}

TEST(Ranking, LengthPenalty) {
  const std::vector<Candidate> texts = {{Text(1, 5), -1.0}, {Text(10, 5), -5.0}, {Text(10, 6), -5}};
  EXPECT_EQ(most_likely(texts, std::nullopt), 1U);  // -0.5 a token
  EXPECT_EQ(most_likely(texts, 0.0), 0U);
  EXPECT_EQ(most_likely(texts, 1.0), 0U);  // -1 / 1 against -5 / 2.5
  EXPECT_EQ(most_likely(std::vector<Candidate>{{{}, -3.0}, {Text(2, 1), -2.0}}, std::nullopt), 1U);
}

TEST(Search, StopsWhenAsked) {
  const LogitRules rules = no_rules();
  int left = 3;
  const std::function<bool()> stop = [&] { return left-- == 0; };
  SmallLanguage language(1, 4, -50);
  const auto greedy = greedy_search({language, rules, t.end(), 100, stop}, begin(language));
  ASSERT_FALSE(greedy);
  EXPECT_EQ(greedy.error().code, ErrorCode::kInterrupted);
  left = 3;
  const auto beams = beam_search({language, rules, t.end(), 100, stop}, begin(language), 5, 1);
  ASSERT_FALSE(beams);
  EXPECT_EQ(beams.error().code, ErrorCode::kInterrupted);
}

}  // namespace
}  // namespace decibit::transcription
