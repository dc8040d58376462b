// SPDX-License-Identifier: Apache-2.0
// From text to sound with a tiny network: what depends on threads, on how text comes and on errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pieces.h"
#include "speech/synthesizer.h"
#include "tiny_kokoro.h"

namespace decibit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::in_pieces;
using ::testing::SizeIs;

constexpr std::size_t kSamplesPerFrame = 600;
const std::string kText =
    "hello there, you. this is it! and so on now, and on.\n\nbye. [pause 250ms] ok";

const kokoro::Model& model() {
  static const auto tiny = testing::tiny_kokoro();
  return *tiny;
}

const kokoro::Voice& voice() {
  static const kokoro::Voice tiny = testing::tiny_voice();
  return tiny;
}

std::unique_ptr<Engine> engine(unsigned threads) {
  Reporter silent;
  return Engine::make({threads, ""}, silent).value();
}

struct Spoken {
  Status status;
  std::vector<float> samples;
  std::vector<std::string> phonemes;
  std::vector<long> silence_ms;
};

class Told : public Reporter {
 public:
  void note(std::string_view text) override { notes.emplace_back(text); }
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  bool cancelled() const override { return polls_left != 0 && --polls_left == 0; }

  std::vector<std::string> notes, warnings;
  mutable int polls_left = 0;  // 0: never
};

Spoken speak(Engine& engine, speech::TextSource text, Reporter& reporter,
             const speech::Options& options = {}, const kokoro::Voice& speaker = voice()) {
  speech::Synthesizer synthesizer(model(), engine, Compute::kExact);
  Spoken spoken;
  spoken.status = synthesizer.generate(
      std::move(text), nullptr, speaker, options, reporter,
      [&](const SpeechChunk& chunk) -> Status {
        const auto frames = std::accumulate(chunk.durations.begin(), chunk.durations.end(), 0);
        EXPECT_EQ(chunk.audio.size(), kSamplesPerFrame * static_cast<std::size_t>(frames));
        spoken.samples.insert(spoken.samples.end(), chunk.audio.begin(), chunk.audio.end());
        spoken.phonemes.push_back(chunk.phonemes);
        spoken.silence_ms.push_back(chunk.silence_before.count());
        return {};
      });
  return spoken;
}

Spoken speak(const std::string& text, unsigned threads = 1) {
  Told told;
  return speak(*engine(threads), speech::text_in_memory(text), told);
}

TEST(Speech, SaysEverythingWithItsPauses) {
  const Spoken spoken = speak(kText);
  ASSERT_TRUE(spoken.status);
  EXPECT_THAT(spoken.phonemes,
              ElementsAre("hello there, you. this is it! and so on now,", "and on.", "bye.", "ok"));
  EXPECT_THAT(spoken.silence_ms, ElementsAre(0, 0, 500, 250));
}

TEST(Speech, IsTheSameHoweverTheTextComesAndForAnyNumberOfThreads) {
  const Spoken whole = speak(kText);
  ASSERT_TRUE(whole.status);
  Told told;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}})
    EXPECT_EQ(speak(*engine(1), in_pieces(kText, piece), told).samples, whole.samples) << piece;
  for (const unsigned threads : {2u, 3u}) EXPECT_EQ(speak(kText, threads).samples, whole.samples);
}

TEST(Speech, OfSeveralThreadsAtOnceIsThatOfOne) {
  const Spoken alone = speak(kText);
  ASSERT_TRUE(alone.status);
  const auto shared = engine(2);
  std::vector<Spoken> spoken(3);
  std::vector<std::thread> threads;
  for (Spoken& one : spoken)
    threads.emplace_back([&one, &shared] {
      Told told;
      one = speak(*shared, speech::text_in_memory(kText), told);
    });
  for (std::thread& thread : threads) thread.join();
  for (const Spoken& one : spoken) EXPECT_EQ(one.samples, alone.samples);
}

// Field report B035.
TEST(Speech, OfAShortTextDoesNotDependOnWhatComesBefore) {
  Told told;
  speech::Options still;
  still.voice.noise = 0;  // the noise goes by the number of the chunk
  const auto one = engine(1);
  const Spoken alone = speak(*one, speech::text_in_memory("hi!"), told, still);
  const Spoken after =
      speak(*one, speech::text_in_memory("a long text is said before.\n\nhi!"), told, still);
  ASSERT_TRUE(alone.status && after.status);
  ASSERT_GT(after.samples.size(), alone.samples.size());
  EXPECT_TRUE(std::equal(alone.samples.rbegin(), alone.samples.rend(), after.samples.rbegin()));
}

TEST(Speech, LeavesOutUnknownSymbolsWithOneWarning) {
  Told told;
  const Spoken spoken = speak(*engine(1), speech::text_in_memory("a\u2603b\n\nc\u2603d"), told);
  ASSERT_TRUE(spoken.status);
  EXPECT_THAT(told.warnings, ElementsAre(HasSubstr("\u2603")));

  const Spoken nothing = speak(*engine(1), speech::text_in_memory("\u2603"), told);
  ASSERT_FALSE(nothing.status);
  EXPECT_EQ(nothing.status.error().code, ErrorCode::kUsage);
  EXPECT_THAT(nothing.status.error().message, HasSubstr("\u2603"));
}

// Also those that stand where nothing else is said.
TEST(Speech, KnowsAllSymbolsThatItLeftOut) {
  const auto one = engine(1);
  speech::Synthesizer synthesizer(model(), *one, Compute::kExact);
  Told told;
  const auto ignore = [](const SpeechChunk&) -> Status { return {}; };
  ASSERT_TRUE(synthesizer.generate(speech::text_in_memory("\u2603\n\na\u2604b\n\n\u2603\u2605"),
                                   nullptr, voice(), {}, told, ignore));
  EXPECT_TRUE(synthesizer.unknown_symbols() == U"\u2603\u2604\u2605");
  ASSERT_TRUE(
      synthesizer.generate(speech::text_in_memory("a"), nullptr, voice(), {}, told, ignore));
  EXPECT_TRUE(synthesizer.unknown_symbols().empty()) << "of the last text";
}

// Before anything else comes: the source says no more.
TEST(Speech, TellsTheEndsOfParagraphs) {
  const auto told = [](const std::string& text) {
    speech::TextSource source = speech::text_in_memory(text);
    source.read = [read = source.read, all = false](std::span<char> to,
                                                    const std::atomic<bool>& stop) mutable {
      if (std::exchange(all, true)) return Result<std::size_t>(fail(ErrorCode::kDenied, "waits"));
      return read(to, stop);
    };
    const auto one = engine(1);
    speech::Synthesizer synthesizer(model(), *one, Compute::kExact);
    Told ignored;
    std::vector<std::string> events;
    const auto chunk = [&](const SpeechChunk& spoken) -> Status {
      events.push_back(spoken.phonemes);
      return {};
    };
    const auto end = [&]() -> Status {
      events.emplace_back("end");
      return {};
    };
    const Status status =
        synthesizer.generate(std::move(source), nullptr, voice(), {}, ignored, chunk, end);
    EXPECT_EQ(status.error().code, ErrorCode::kDenied);
    return events;
  };
  EXPECT_THAT(told("hello.\n\n"), ElementsAre("hello.", "end"));
  EXPECT_THAT(told("hello. [pause 1s] you\n\nbye.\n\n"),
              ElementsAre("hello.", "you", "end", "bye.", "end"));
  EXPECT_THAT(told("hello. [pause 1s]\n\n"), ElementsAre("hello.", "end"));
  EXPECT_THAT(told("hello. [pause 1s] \u2603\n\n"), ElementsAre("hello.", "end"));
}

TEST(Speech, StopsWithinAChunk) {
  const auto one = engine(1);
  Told counting;
  counting.polls_left = 1 << 30;
  ASSERT_TRUE(speak(*one, speech::text_in_memory("hello."), counting).status);
  const int polls = (1 << 30) - counting.polls_left;
  ASSERT_GT(polls, 10);
  for (const int after : {1, polls / 2, polls - 1}) {
    Told told;
    told.polls_left = after;
    const Spoken spoken = speak(*one, speech::text_in_memory("hello."), told);
    ASSERT_FALSE(spoken.status) << after;
    EXPECT_EQ(spoken.status.error().code, ErrorCode::kInterrupted);
    EXPECT_THAT(spoken.samples, SizeIs(0));
  }
}

TEST(Speech, RefusesDamagedNumbersAndEndlessChunks) {
  Told told;
  const Spoken damaged =
      speak(*engine(1), speech::text_in_memory("hello."), told, {}, testing::tiny_voice(1e30));
  ASSERT_FALSE(damaged.status);
  EXPECT_EQ(damaged.status.error().code, ErrorCode::kBadInput);

  speech::Options slow;
  slow.voice.speed = 0.001f;
  const Spoken endless = speak(*engine(1), speech::text_in_memory("hello."), told, slow);
  ASSERT_FALSE(endless.status);
  EXPECT_EQ(endless.status.error().code, ErrorCode::kResources);
}

// The wait lies before the text of the first chunk, and outside of the network.
TEST(Speech, CountsNoWaitingForItsText) {
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kWait{100};
  const auto one = engine(1);
  Told told;
  speech::TextSource slow = speech::text_in_memory("hello.\n\nbye.");
  slow.read = [read = slow.read, waited = false](std::span<char> to,
                                                 const std::atomic<bool>& stop) mutable {
    // Before the first read only: a wait further on would leave room for this one.
    if (!std::exchange(waited, true)) std::this_thread::sleep_for(kWait);
    return read(to.first(8), stop);
  };
  speech::Synthesizer synthesizer(model(), *one, Compute::kExact);
  std::vector<double> first_sound;
  const Clock::time_point begun = Clock::now();
  const Status done = synthesizer.generate(
      std::move(slow), nullptr, voice(), {}, told, [&](const SpeechChunk&) -> Status {
        first_sound.push_back(synthesizer.timing().first_sound_seconds);
        return {};
      });
  const std::chrono::duration<double> all = Clock::now() - begun;
  ASSERT_TRUE(done);
  ASSERT_THAT(first_sound, SizeIs(2));
  EXPECT_EQ(first_sound[0], first_sound[1]);
  EXPECT_GT(first_sound[0], 0);
  const std::chrono::duration<double> wait = kWait;
  EXPECT_LE(first_sound[0] + wait.count(), all.count());
  EXPECT_GT(synthesizer.timing().network_seconds, 0);
  EXPECT_LE(synthesizer.timing().network_seconds + wait.count(), all.count());
}

// Whatever part of the network they are in: no noise, and no length taken from them.
TEST(Speech, RefusesWeightsThatAreNoNumbers) {
  const auto one = engine(1);
  for (const char* name :
       {"bert.embeddings.word_embeddings.weight", "bert_encoder.weight",
        "predictor.duration_proj.linear_layer.weight", "predictor.lstm.weight_ih_l0",
        "predictor.F0_proj.bias", "predictor.N.0.conv1.weight_g", "text_encoder.embedding.weight",
        "text_encoder.lstm.weight_hh_l0_reverse", "decoder.asr_res.0.bias",
        "decoder.generator.ups.0.weight_g", "decoder.generator.conv_post.weight_v"}) {
    const auto damaged = testing::tiny_kokoro(name);
    speech::Synthesizer synthesizer(*damaged, *one, Compute::kExact);
    Told told;
    const Status status =
        synthesizer.generate(speech::text_in_memory("hello."), nullptr, voice(), {}, told,
                             [](const SpeechChunk&) -> Status { return {}; });
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().code, ErrorCode::kBadInput) << name;
    EXPECT_THAT(status.error().message, HasSubstr("damaged")) << name;
  }
}

TEST(Speech, HandsErrorsThrough) {
  const auto one = engine(1);
  Told told;
  speech::TextSource broken = {
      [](std::span<char>, const std::atomic<bool>&) -> Result<std::size_t> {
        return fail(ErrorCode::kDenied, "no");
      },
      0};
  EXPECT_EQ(speak(*one, std::move(broken), told).status.error().code, ErrorCode::kDenied);

  speech::Synthesizer synthesizer(model(), *one, Compute::kExact);
  int calls = 0;
  const Status refused =
      synthesizer.generate(speech::text_in_memory("one.\n\ntwo."), nullptr, testing::tiny_voice(),
                           {}, told, [&](const SpeechChunk&) -> Status {
                             ++calls;
                             return fail(ErrorCode::kResources, "full");
                           });
  EXPECT_EQ(refused.error().code, ErrorCode::kResources);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace decibit
