// SPDX-License-Identifier: Apache-2.0
// The public API with the real Kokoro-82M (scripts/get-weights.sh), which is all that it loads.
// Skipped where the weights are not there. Phonemes are short: a second of sound takes half of one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

#include "decibit/speech.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const fs::path kFolder = fs::path(DECIBIT_SOURCE_DIR) / ".models/kokoro-82m";
constexpr std::string_view kTwo = "nˈO.\n\njˈɛs.";

SpeechOptions phonemes() {
  SpeechOptions options;
  options.text_is_phonemes = true;
  return options;
}

class SpeechApiReal : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (fs::exists(kFolder)) model_ = std::make_unique<SpeechModel>(*SpeechModel::load(kFolder));
  }
  static void TearDownTestSuite() { model_.reset(); }
  void SetUp() override {
    if (!model_) GTEST_SKIP() << "no weights: run scripts/get-weights.sh";
  }

  /// Samples of all chunks.
  static std::vector<float> speak(Synthesizer& synthesizer, std::string_view text,
                                  const SpeechOptions& options) {
    std::vector<float> all;
    const auto done = synthesizer.generate(text, options, [&](const SpeechChunk& chunk) {
      all.insert(all.end(), chunk.audio.begin(), chunk.audio.end());
      return true;
    });
    EXPECT_TRUE(done) << to_string(done.error());
    return all;
  }
  static ErrorCode refused(const SpeechOptions& options) {
    Synthesizer synthesizer(*model_);
    bool spoke = false;
    const auto done =
        synthesizer.generate("hˈI", options, [&](const SpeechChunk&) { return spoke = true; });
    EXPECT_FALSE(done || spoke);
    return done ? ErrorCode::kInternal : done.error().code;
  }

  static std::unique_ptr<SpeechModel> model_;
};

std::unique_ptr<SpeechModel> SpeechApiReal::model_;

TEST_F(SpeechApiReal, RefusesOptionsOutOfRange) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (const float speed : {0.f, -1.f, 0.09f, 10.1f, kNan}) {
    SpeechOptions options = phonemes();
    options.speed = speed;
    EXPECT_EQ(refused(options), ErrorCode::kUsage) << speed;
  }
  for (const float noise : {-0.1f, 101.f, kNan}) {
    SpeechOptions options = phonemes();
    options.noise = noise;
    EXPECT_EQ(refused(options), ErrorCode::kUsage) << noise;
  }
  SpeechOptions gap = phonemes();
  gap.paragraph_gap = std::chrono::milliseconds(-1);
  EXPECT_EQ(refused(gap), ErrorCode::kUsage);
  SpeechOptions voice = phonemes();
  voice.voice = "af_hart";
  EXPECT_EQ(refused(voice), ErrorCode::kNotFound);
  EXPECT_THAT(model_->voices(), Contains("af_heart"));
}

TEST_F(SpeechApiReal, EndsWhenOnChunkSaysSo) {
  Synthesizer synthesizer(*model_);
  int chunks = 0;
  const auto done =
      synthesizer.generate(kTwo, phonemes(), [&](const SpeechChunk&) { return ++chunks > 9; });
  EXPECT_TRUE(done) << "no error: the caller wanted it";
  EXPECT_EQ(chunks, 1);
}

TEST_F(SpeechApiReal, EndsWhenAskedToStop) {
  Synthesizer synthesizer(*model_);
  SpeechOptions options = phonemes();
  int chunks = 0, asked = 0;
  options.stop = [&] { return chunks == 1 && ++asked > 3; };  // within the second chunk
  const auto done = synthesizer.generate(kTwo, options, [&](const SpeechChunk&) {
    ++chunks;
    return true;
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(chunks, 1);
}

TEST_F(SpeechApiReal, PassesOnWhatReadReports) {
  Synthesizer synthesizer(*model_);
  int reads = 0, chunks = 0;
  const Synthesizer::Read broken = [&](char* to, std::size_t size) -> Result<std::size_t> {
    if (++reads > 1) return fail(ErrorCode::kNetwork, "the line is dead");
    return std::string("hˈI.\n\nh").copy(to, size);
  };
  const auto done = synthesizer.generate(broken, phonemes(), [&](const SpeechChunk&) {
    ++chunks;
    return true;
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kNetwork);
  EXPECT_EQ(done.error().message, "the line is dead");
  EXPECT_EQ(chunks, 1) << "what was whole before is spoken";
}

TEST_F(SpeechApiReal, LetsExceptionsOfOnChunkThrough) {
  Synthesizer synthesizer(*model_);
  const auto speak = [&] {
    (void)synthesizer.generate(
        "hˈI", phonemes(), [](const SpeechChunk&) -> bool { throw std::runtime_error("mine"); });
  };
  EXPECT_THROW(speak(), std::runtime_error);
}

TEST_F(SpeechApiReal, GivesTheSameToTwoAtOnceAndFromAnyRead) {
  Synthesizer alone(*model_);
  const std::vector<float> want = speak(alone, kTwo, phonemes());
  ASSERT_GT(want.size(), 10'000u);
  std::vector<std::vector<float>> got(2);
  std::vector<std::thread> threads;
  for (std::vector<float>& one : got)
    threads.emplace_back([&one] {
      Synthesizer synthesizer(*model_);
      one = speak(synthesizer, kTwo, phonemes());
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& one : got) EXPECT_EQ(one, want);

  std::string_view rest = kTwo;
  const Synthesizer::Read bytewise = [&](char* to, std::size_t) -> Result<std::size_t> {
    const std::size_t n = rest.copy(to, 1);
    rest.remove_prefix(n);
    return n;
  };
  std::vector<float> pieces;
  std::vector<long> silence_ms;
  ASSERT_TRUE(alone.generate(bytewise, phonemes(), [&](const SpeechChunk& chunk) {
    pieces.insert(pieces.end(), chunk.audio.begin(), chunk.audio.end());
    silence_ms.push_back(chunk.silence_before.count());
    return true;
  }));
  EXPECT_EQ(pieces, want);
  EXPECT_THAT(silence_ms, ElementsAre(0, 500));
}

TEST_F(SpeechApiReal, TellsWhatItLeftOut) {
  Synthesizer synthesizer(*model_);
  SpeechOptions options = phonemes();
  std::vector<std::string> notes;
  options.note = [&](std::string_view note) { notes.emplace_back(note); };
  std::string unknown;
  ASSERT_TRUE(synthesizer.generate("hˈI☃", options, [&](const SpeechChunk& chunk) {
    unknown = chunk.unknown_symbols;
    return true;
  }));
  EXPECT_EQ(unknown, "☃");
  EXPECT_THAT(notes, ElementsAre(HasSubstr("☃")));
  const auto silent = synthesizer.generate("☃", options, [](const SpeechChunk&) { return true; });
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace decibit
