// SPDX-License-Identifier: Apache-2.0
// Keys and values of texts, without a network: a token's key is the number of its text so far.
#include <gtest/gtest.h>

#include <random>

#include "core/half.h"
#include "kernels/kernel_table.h"
#include "models/whisper/texts.h"

namespace decibit::whisper {
namespace {

constexpr std::size_t kLayers = 2;
constexpr std::int64_t kMostTokens = 40, kWidth = 3;

class TextsTest : public ::testing::Test {
 protected:
  using Text = std::vector<Token>;

  void begin(const Text& prompt) {
    texts_.start();
    expected_ = {Text{}};
    append(0, prompt);
    texts_.grow(prompt);
    expected_[0] = prompt;
  }
  void step(const std::vector<std::size_t>& parents, const Text& tokens) {
    texts_.fork(parents);
    std::vector<Text> next;
    for (std::size_t i = 0; i < parents.size(); ++i) {
      append(i, {tokens[i]});
      next.push_back(expected_[parents[i]]);
      next.back().push_back(tokens[i]);
    }
    texts_.grow(tokens);
    expected_ = next;
  }
  void append(std::size_t text, const Text& tokens) {
    for (std::size_t layer = 0; layer < kLayers; ++layer)
      for (const Token token : tokens) {
        const std::vector<float> k(kWidth, key(token, layer)), v(kWidth, -key(token, layer));
        texts_.cache(text, layer)
            .append(context_, {k.data(), 1, kWidth, kWidth}, {v.data(), 1, kWidth, kWidth});
      }
  }
  static float key(Token token, std::size_t layer) {
    return static_cast<float>(token) + 0.5f * static_cast<float>(layer);
  }
  void check() {
    ASSERT_EQ(texts_.count(), expected_.size());
    for (std::size_t i = 0; i < expected_.size(); ++i)
      for (std::size_t layer = 0; layer < kLayers; ++layer) {
        const KvCache& cache = texts_.cache(i, layer);
        ASSERT_EQ(cache.length(), static_cast<std::int64_t>(expected_[i].size()));
        const auto* const k = reinterpret_cast<const std::uint16_t*>(cache.keys());
        const auto* const v = reinterpret_cast<const std::uint16_t*>(cache.values());
        for (std::size_t t = 0; t < expected_[i].size(); ++t) {
          EXPECT_EQ(f16_to_f32(k[t * kWidth + 2]), key(expected_[i][t], layer)) << i << ' ' << t;
          EXPECT_EQ(f16_to_f32(v[t * kWidth]), -key(expected_[i][t], layer)) << i << ' ' << t;
        }
      }
  }

  ThreadPool pool_{1};
  Workspace workspace_;
  Context context_ = {*supported_tables().back(), pool_, workspace_};
  Texts texts_{kLayers, kMostTokens, 1, kWidth, DType::kF16};
  std::vector<Text> expected_;
};

TEST_F(TextsTest, ATextThatContinuesItselfIsNotCopied) {
  begin({1, 2, 3});
  step({0}, {4});
  step({0}, {5});
  check();
  EXPECT_EQ(texts_.copied_rows(), 0);
  step({0, 0}, {6, 7});
  check();
  EXPECT_EQ(texts_.copied_rows(), 5);  // the whole text, once
  step({0, 1}, {8, 9});
  step({1, 0}, {10, 11});
  check();
  EXPECT_EQ(texts_.copied_rows(), 5);  // they only change places
}

TEST_F(TextsTest, OnlyWhatDiffersIsCopied) {
  begin({1, 2, 3, 4, 5, 6, 7, 8});
  step({0, 0, 0}, {11, 12, 13});
  EXPECT_EQ(texts_.copied_rows(), 16);
  step({0, 1, 2}, {21, 22, 23});
  step({1, 1, 2}, {31, 32, 33});  // text 0 ends, and its caches have the prompt already
  check();
  EXPECT_EQ(texts_.copied_rows(), 18);
}

TEST_F(TextsTest, AnyTreeOfTexts) {
  std::mt19937 random(1);
  for (int run = 0; run < 20; ++run) {
    begin({1, 2, 3});
    for (std::size_t n = 3; n < static_cast<std::size_t>(kMostTokens); ++n) {
      const std::size_t next = 1 + random() % Texts::kMost;
      std::vector<std::size_t> parents;
      Text tokens;
      for (std::size_t i = 0; i < next; ++i) {
        parents.push_back(random() % texts_.count());
        tokens.push_back(static_cast<Token>(random() % 3));
      }
      step(parents, tokens);
      check();
      if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "run " << run << ", token " << n;
    }
  }
}

TEST_F(TextsTest, AStartForgetsWhatWasThere) {
  begin({1, 2, 3});
  step({0, 0}, {4, 5});
  begin({1, 2});
  check();
  step({0, 0, 0}, {6, 7, 8});
  check();
  // Keys of the former texts are of another window: none of them counts as equal.
  EXPECT_EQ(texts_.copied_rows(), 3 + 4);
}

}  // namespace
}  // namespace decibit::whisper
