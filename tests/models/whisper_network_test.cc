// SPDX-License-Identifier: Apache-2.0
// The network against mlx-audio on a tiny random model, stage by stage (tests/golden/models).
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <thread>

#include "models/whisper/network.h"
#include "stages.h"
#include "tiny_whisper.h"

namespace decibit {
namespace {

using testing::expect_close;
using testing::flat;
using testing::TinyWhisper;
using whisper::Alignment;
using whisper::Network;
using whisper::Token;

constexpr double kTolerance = 1e-5;  // of the largest value; 5.4e-6 seen, of softmax weights
constexpr std::int64_t kVocabulary = 256, kPositions = 50;
const std::vector<Token> kPrompt = {5, 9, 17, 200, 3};

const TinyWhisper& tiny(const std::string& tag) {
  static std::map<std::string, TinyWhisper> models;
  const auto found = models.find(tag);
  if (found != models.end()) return found->second;
  std::optional<Scheme> scheme;
  if (tag == "q4") scheme = Scheme::make(Mode::kAffine, 4, 64).value();
  if (tag == "q8") scheme = Scheme::make(Mode::kAffine, 8, 64).value();
  if (tag == "mxfp4") scheme = Scheme::make(Mode::kMxfp4, {}, {}).value();
  return models.try_emplace(tag, scheme).first->second;
}

std::unique_ptr<Engine> engine_of(std::string_view isa, unsigned threads) {
  Reporter silent;
  return Engine::make({threads, std::string(isa)}, silent).value();
}

ConstRows rows_of(const std::vector<float>& values, std::int64_t width) {
  return {values.data(), static_cast<std::int64_t>(values.size()) / width, width, width};
}

std::vector<std::size_t> all_of(const std::vector<Token>& tokens) {
  std::vector<std::size_t> all(tokens.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

void listen(Network& network) {
  const std::vector<float> mel = TinyWhisper::mel();
  network.listen(rows_of(mel, 80));
}

Token best_of(ConstRows logits, std::int64_t row = 0) {
  const float* const first = logits.row(row);
  return static_cast<Token>(std::max_element(first, first + logits.width) - first);
}

/// Over rows of `width`.
std::vector<float> softmax(std::vector<float> values, std::int64_t width) {
  for (auto row = values.begin(); row < values.end(); row += width) {
    const float most = *std::max_element(row, row + width);
    double sum = 0;
    for (auto v = row; v < row + width; ++v) sum += * v = std::exp(*v - most);
    for (auto v = row; v < row + width; ++v) *v = static_cast<float>(*v / sum);
  }
  return values;
}

class WhisperNetwork
    : public ::testing::TestWithParam<std::tuple<const KernelTable*, const char*>> {
 protected:
  WhisperNetwork()
      : engine_(engine_of(std::get<0>(GetParam())->name, 2)),
        network_(tiny(tag()).model(), *engine_, Compute::kExact) {}
  static std::string tag() { return std::get<1>(GetParam()); }
  static std::vector<float> golden(const std::string& name) {
    return TinyWhisper::golden(tag() + "/" + name);
  }

  std::unique_ptr<Engine> engine_;
  Network network_;
};

TEST_P(WhisperNetwork, EqualsTheReferenceStageByStage) {
  std::map<std::string, std::vector<float>> stages;
  std::string part = "encoder.";
  network_.set_probe([&](std::string_view stage, std::size_t layer, ConstRows values) {
    std::string name = part + std::string(stage);
    if (stage == "block") name += "s." + std::to_string(layer);
    stages[name] = flat(values);
  });
  listen(network_);
  part = "decoder.";
  const std::vector<float> logits = flat(network_.start(kPrompt, all_of(kPrompt)));

  for (const char* name : {"encoder.conv1", "encoder.conv2", "encoder.blocks.0", "encoder.blocks.1",
                           "encoder.ln_post", "decoder.blocks.0", "decoder.blocks.1", "decoder.ln"})
    if (TinyWhisper::golden().contains(tag() + "/" + name))
      expect_close(name, stages.at(name), golden(name), kTolerance);
  expect_close("logits", logits, golden("logits"), kTolerance);
}

TEST_P(WhisperNetwork, ContinuesAsTheReferenceDoes) {
  listen(network_);
  const std::vector<std::size_t> last = {kPrompt.size() - 1}, same = {0};
  ConstRows logits = network_.start(kPrompt, last);
  const std::vector<Token> want = TinyWhisper::golden_ids(tag() + "/greedy");
  const std::vector<float> margin = golden("greedy_margin");
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (margin[i] > 1e-2f) {
      EXPECT_EQ(best_of(logits), want[i]) << i;
    }
    if (i + 1 == want.size())
      expect_close("last logits", flat(logits), golden("greedy_last_logits"), kTolerance);
    logits = network_.step(same, {&want[i], 1});
  }
}

TEST_P(WhisperNetwork, AlignsAsTheReferenceLooks) {
  listen(network_);
  const Alignment alignment = network_.align(kPrompt, kVocabulary);
  ASSERT_EQ(alignment.heads, 2);  // all heads of the last half: of the second layer
  ASSERT_EQ(alignment.tokens, 5);
  ASSERT_EQ(alignment.positions, kPositions);
  expect_close("weights", alignment.weights, softmax(golden("cross_qk_last"), kPositions),
               kTolerance);
  const std::vector<float> all = softmax(golden("logits"), kVocabulary);
  std::vector<float> want = {0};
  for (std::size_t i = 1; i < kPrompt.size(); ++i)
    want.push_back(all[(i - 1) * kVocabulary + static_cast<std::size_t>(kPrompt[i])]);
  expect_close("probabilities", alignment.probabilities, want, kTolerance);
}

TEST_P(WhisperNetwork, BeamsEqualTextsThatWereReadAtOnce) {
  listen(network_);
  const std::vector<std::size_t> last = {kPrompt.size() - 1};
  network_.start(kPrompt, last);
  struct Step {
    std::vector<std::size_t> parents;
    std::vector<Token> tokens;
  };
  // A text splits, beams swap, one takes all over, and some end.
  const std::vector<Step> steps = {
      {{0, 0, 0, 0, 0}, {11, 12, 13, 14, 15}}, {{4, 3, 2, 1, 0}, {21, 22, 23, 24, 25}},
      {{1, 0, 1, 4, 1}, {31, 32, 33, 34, 35}}, {{2, 2, 2, 2, 2, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}},
      {{7, 6, 0, 0}, {41, 42, 43, 44}},        {{3, 1}, {51, 52}}};
  std::vector<std::vector<Token>> texts = {kPrompt};
  std::vector<std::vector<float>> got;
  for (const auto& [parents, tokens] : steps) {
    std::vector<std::vector<Token>> next;
    for (std::size_t i = 0; i < parents.size(); ++i) {
      next.push_back(texts[parents[i]]);
      next.back().push_back(tokens[i]);
    }
    texts = next;
    const ConstRows logits = network_.step(parents, tokens);
    got.clear();
    for (std::int64_t i = 0; i < logits.count; ++i) got.push_back(flat(logits.rows(i, 1)));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    // Alone, step by step: the same bits.
    ConstRows logits = network_.start(kPrompt, last);
    const std::vector<std::size_t> same = {0};
    for (std::size_t at = kPrompt.size(); at < texts[i].size(); ++at)
      logits = network_.step(same, {&texts[i][at], 1});
    EXPECT_EQ(flat(logits), got[i]) << i;
    // At once: products and attention of many rows add in another order.
    const std::vector<std::size_t> end = {texts[i].size() - 1};
    expect_close("at once", flat(network_.start(texts[i], end)), got[i], kTolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(, WhisperNetwork,
                         ::testing::Combine(::testing::ValuesIn(supported_tables()),
                                            ::testing::Values("f32", "q4", "q8", "mxfp4")),
                         [](const auto& p) {
                           return std::string(std::get<0>(p.param)->name) + "_" +
                                  std::get<1>(p.param);
                         });

std::vector<float> everything(Network& network) {
  listen(network);
  std::vector<float> all = flat(network.start(kPrompt, all_of(kPrompt)));
  const auto add = [&](const std::vector<float>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  const std::vector<std::size_t> parents = {0, 0, 0};
  const std::vector<Token> tokens = {7, 8, 9};
  add(flat(network.step(parents, tokens)));
  const Alignment alignment = network.align(kPrompt, 200);
  add(alignment.weights);
  add(alignment.probabilities);
  return all;
}

TEST(WhisperNetworkOf, AnyNumberOfThreadsGivesTheSameBits) {
  for (const Compute compute : {Compute::kExact, Compute::kAuto, Compute::kFast})
    for (const char* tag : {"f32", "q4", "mxfp4"}) {
      std::vector<float> first;
      for (const unsigned threads : {1U, 2U, 3U}) {
        const auto engine = engine_of("", threads);
        Network network(tiny(tag).model(), *engine, compute);
        const std::vector<float> all = everything(network);
        if (first.empty()) first = all;
        EXPECT_EQ(all, first) << tag << ' ' << threads;
      }
    }
}

TEST(WhisperNetworkOf, SeveralThreadsMayShareAModel) {
  const auto engine = engine_of("", 2);
  Network one(tiny("q4").model(), *engine, Compute::kAuto);
  const std::vector<float> want = everything(one);
  std::vector<std::vector<float>> got(3);
  {
    std::vector<std::thread> threads;
    for (auto& result : got)
      threads.emplace_back([&] {
        Network network(tiny("q4").model(), *engine, Compute::kAuto);
        result = everything(network);
      });
    for (std::thread& thread : threads) thread.join();
  }
  for (const auto& result : got) EXPECT_EQ(result, want);
}

TEST(WhisperNetworkOf, AligningLeavesTheTextsAlone) {
  const auto engine = engine_of("", 1);
  Network network(tiny("f32").model(), *engine, Compute::kExact);
  const std::vector<std::size_t> same = {0};
  const std::vector<Token> token = {7}, other = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  listen(network);
  network.start(kPrompt, {});
  const std::vector<float> want = flat(network.step(same, token));
  network.start(kPrompt, {});
  network.align(other, kVocabulary);
  EXPECT_EQ(flat(network.step(same, token)), want);
}

TEST(WhisperNetworkOf, ProbabilitiesAreOfTheFirstTokensOnly) {
  const auto engine = engine_of("", 1);
  Network network(tiny("f32").model(), *engine, Compute::kExact);
  listen(network);
  const std::vector<float> all = network.align(kPrompt, kVocabulary).probabilities;
  const std::vector<float> first = network.align(kPrompt, 100).probabilities;
  EXPECT_GT(all[3], 0);  // token 200
  EXPECT_EQ(first[3], 0);
  for (const std::size_t i : {1U, 2U, 4U}) EXPECT_GT(first[i], all[i]);
  EXPECT_EQ(network.align({&kPrompt[0], 1}, kVocabulary).probabilities, std::vector<float>{0});
}

TEST(WhisperNetworkOf, StopsAndGoesOn) {
  struct Stopping : Reporter {
    mutable int left = 0;
    bool cancelled() const override { return left-- <= 0; }
  } reporter;
  const auto engine = engine_of("", 2);
  Network network(tiny("q8").model(), *engine, Compute::kAuto);
  const std::vector<float> want = everything(network);
  network.set_reporter(&reporter);
  int stopped = 0;
  for (int most = 0; most < 100; ++most) {
    reporter.left = most;
    try {
      EXPECT_EQ(everything(network), want);
      break;
    } catch (const PassStopped&) {
      ++stopped;
    }
  }
  EXPECT_GE(stopped, 10);  // the layers of each pass, at least
  network.set_reporter(nullptr);
  EXPECT_EQ(everything(network), want);
}

}  // namespace
}  // namespace decibit
