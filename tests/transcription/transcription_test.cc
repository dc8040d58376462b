// SPDX-License-Identifier: Apache-2.0
#include "transcription/transcription.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "scripted_network.h"
#include "transcription/compression_ratio.h"
#include "transcription/fallback.h"
#include "transcription/language_detection.h"

namespace decibit::transcription {
namespace {

using ::testing::HasSubstr;

const whisper::Tokenizer& t = multilingual_tokenizer();
const Token kWord = t.encode(" a")[0];
constexpr std::int64_t kMels = 2;

// Frame i is full of i + 1.
class CountedFrames final : public MelSource {
 public:
  explicit CountedFrames(std::int64_t frames) : frames_(frames) {}
  std::int64_t frames() const override { return frames_; }
  Status read(std::int64_t first, std::int64_t count, Rows out) override {
    if (fails) return fail(ErrorCode::kBadInput, "the file ends early");
    EXPECT_LE(first + count, frames_);
    EXPECT_EQ(out.count, count);
    for (std::int64_t i = 0; i < count; ++i)
      for (std::int64_t m = 0; m < kMels; ++m) out.row(i)[m] = static_cast<float>(first + i + 1);
    return {};
  }
  bool fails = false;

 private:
  std::int64_t frames_;
};

// All languages alike but one.
class Polyglot final : public whisper::WindowNetwork {
 public:
  explicit Polyglot(std::string_view language) : logits_(51865, 1) {
    logits_[static_cast<std::size_t>(t.language(language))] = 4;
    logits_[static_cast<std::size_t>(kWord)] = 50;  // no language
  }
  void listen(ConstRows) override { ++listened; }
  ConstRows start(std::span<const Token> prompt, std::span<const std::size_t> wanted) override {
    prompts.emplace_back(prompt.begin(), prompt.end());
    return rows(wanted.size());
  }
  ConstRows step(std::span<const std::size_t>, std::span<const Token> tokens) override {
    return rows(tokens.size(), t.end());
  }
  whisper::Alignment align(std::span<const Token>, std::int64_t) override { return {}; }
  std::size_t listened = 0;
  std::vector<std::vector<Token>> prompts;
  std::vector<float> logits_;

 private:
  ConstRows rows(std::size_t count, Token best = -1) {
    rows_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      rows_.insert(rows_.end(), logits_.begin(), logits_.end());
      if (best >= 0) rows_[i * 51865 + static_cast<std::size_t>(best)] = 90;
    }
    return {rows_.data(), static_cast<std::int64_t>(count), 51865, 51865};
  }
  std::vector<float> rows_;
};

Listener listener(whisper::WindowNetwork& network) { return {network, t, kMels, 448}; }
bool ignore(const TranscribedSegment&) { return true; }

Result<Transcript> transcribe(const Listener& listener, MelSource& mel,
                              const TranscribeOptions& options,
                              const Transcriber::OnSegment& on_segment) {
  Transcript transcript;
  TRY(transcribe(listener, mel, options, on_segment, transcript));
  return transcript;
}

TEST(Transcription, HearsFramesAndZerosBehindThem) {
  ScriptedNetwork network;
  network.tries = {{{kWord}}};
  std::vector<std::pair<float, float>> heard;  // the first frame, and that behind the last one
  network.on_listen = [&](ConstRows mel) {
    ASSERT_EQ(mel.count, 3000);
    ASSERT_EQ(mel.width, kMels);
    heard.emplace_back(mel.row(0)[1], mel.row(2999)[0]);
    if (mel.row(0)[0] == 3001) {
      EXPECT_EQ(mel.row(1199)[0], 4200);
      EXPECT_EQ(mel.row(1200)[0], 0);
    }
  };
  CountedFrames mel(4200);
  double done = 0;
  TranscribeOptions options = any_text();
  options.progress = [&](double seconds) {
    EXPECT_GT(seconds, done);
    done = seconds;
  };
  std::vector<TranscribedSegment> segments;
  const auto result = transcribe(listener(network), mel, options, [&](const auto& segment) {
    segments.push_back(segment);
    return true;
  });
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(heard, (std::vector<std::pair<float, float>>{{1, 3000}, {3001, 0}}));
  EXPECT_EQ(result->language, "en");
  EXPECT_FALSE(result->language_probability);
  EXPECT_EQ(result->windows, 2U);
  EXPECT_EQ(result->seconds, 42);
  EXPECT_EQ(done, 42);
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_EQ(segments[1].id, 1U);
  EXPECT_EQ(segments[1].text, " a");
  EXPECT_EQ(segments[1].start_seconds, 30);
  EXPECT_EQ(segments[1].end_seconds, 42);
}

TEST(Transcription, ALanguageIsDetectedAndItsWindowHeardOnce) {
  for (const auto& [frames, first_clip, listened] :
       {std::tuple(900, 0.0, 1U), std::tuple(3500, 0.0, 2U), std::tuple(3500, 31.0, 2U)}) {
    Polyglot network("de");
    CountedFrames mel(frames);
    TranscribeOptions options = any_text();
    options.language.clear();
    options.clip_timestamps = {first_clip};
    const auto result = transcribe(listener(network), mel, options, ignore);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->language, "de");
    // e^4 / (e^4 + 98 e)
    EXPECT_NEAR(result->language_probability.value_or(0), 0.170, 1e-3);
    EXPECT_EQ(network.listened, listened);
    EXPECT_EQ(network.prompts[0], std::vector<Token>{t.start()});
    EXPECT_EQ(network.prompts[1][1], t.language("de"));
  }
}

TEST(Transcription, EnglishOnlyModels) {
  const whisper::Tokenizer english = *whisper::Tokenizer::make(51864);
  ScriptedNetwork network(english);
  network.tries = {{{english.encode(" hi")[0]}}};
  CountedFrames mel(100);
  TranscribeOptions options = any_text();
  options.language.clear();
  const Listener l{network, english, kMels, 448};
  const auto result = transcribe(l, mel, options, [](const auto& segment) {
    EXPECT_EQ(segment.text, " hi");
    EXPECT_NEAR(segment.no_speech_prob, 0.01, 1e-4);
    return true;
  });
  ASSERT_TRUE(result);
  EXPECT_EQ(result->language, "en");
  EXPECT_EQ(network.prompts[0], (std::vector<Token>{english.start(), english.no_timestamps()}));
  options.without_timestamps = false;  // the prompt is one token, whose logits are both asked for
  network.tries = {{{english.first_timestamp(), english.encode(" hi")[0]}}};
  ASSERT_TRUE(transcribe(l, mel, options, ignore));
  EXPECT_EQ(network.prompts[1], std::vector<Token>{english.start()});

  options.language = "German";
  auto refused = transcribe(l, mel, options, ignore);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUsage);
  EXPECT_THAT(refused.error().message, HasSubstr("English only, not german"));
  options.language = "English";
  options.task = TranscribeOptions::Task::kTranslate;
  refused = transcribe(l, mel, options, ignore);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUsage);
}

TEST(Transcription, OptionsOutOfRangeAreUsageErrors) {
  using Change = void (*)(TranscribeOptions&);
  const Change changes[] = {
      [](TranscribeOptions& o) { o.temperatures.clear(); },
      [](TranscribeOptions& o) { o.temperatures = {-0.1}; },
      [](TranscribeOptions& o) { o.temperatures = {std::nan("")}; },
      [](TranscribeOptions& o) { o.beam_size = 0; },
      [](TranscribeOptions& o) { o.beam_size = 9; },
      [](TranscribeOptions& o) { o.best_of = 9; },
      [](TranscribeOptions& o) { o.patience = 0; },
      [](TranscribeOptions& o) { o.patience = -1; },
      [](TranscribeOptions& o) { o.length_penalty = 1.5; },
      [](TranscribeOptions& o) { o.no_speech_threshold = std::nan(""); },
      [](TranscribeOptions& o) { o.max_initial_timestamp = 31; },
      [](TranscribeOptions& o) { o.hallucination_silence_threshold = 1; },
      [](TranscribeOptions& o) { o.suppress_tokens = {-2}; },
      [](TranscribeOptions& o) { o.suppress_tokens = {51865}; },
      [](TranscribeOptions& o) { o.suppress_tokens = {50257}; },
      [](TranscribeOptions& o) { o.language = "yue"; },
      [](TranscribeOptions& o) { o.language = "klingon"; },
      [](TranscribeOptions& o) { o.clip_timestamps = {7}; },
  };
  ScriptedNetwork network;
  CountedFrames mel(500);
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    TranscribeOptions options = any_text();
    changes[i](options);
    const auto result = transcribe(listener(network), mel, options, ignore);
    ASSERT_FALSE(result) << i;
    EXPECT_EQ(result.error().code, ErrorCode::kUsage) << i << ": " << result.error().message;
  }
  EXPECT_EQ(network.listened, 0U);
}

TEST(Transcription, EndsWhenAskedTo) {
  ScriptedNetwork network;
  network.tries = {{std::vector<Token>(100, kWord)}};
  CountedFrames mel(60000);
  TranscribeOptions options = any_text();
  int asked = 0;
  options.stop = [&] { return ++asked > 150; };
  Transcript so_far;
  const Status stopped = transcribe(listener(network), mel, options, ignore, so_far);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(so_far.seconds, 600);

  bool heard = false;
  options.stop = [&] { return heard; };
  ASSERT_FALSE(transcribe(
      listener(network), mel, options, [&](const auto&) { return heard = true; }, so_far));
  EXPECT_EQ(so_far.language, "en");
  EXPECT_EQ(so_far.windows, 1U);

  options.stop = nullptr;
  int segments = 0;
  const auto enough =
      transcribe(listener(network), mel, options, [&](const auto&) { return ++segments < 3; });
  ASSERT_TRUE(enough);
  EXPECT_EQ(segments, 3);
  EXPECT_EQ(enough->windows, 3U);
}

TEST(Transcription, FaultsOfTheFileAndTheModelComeThrough) {
  ScriptedNetwork network;
  network.tries = {{{kWord}}};
  CountedFrames mel(100), empty(0), broken(100);
  const auto nothing = transcribe(listener(network), empty, any_text(), ignore);
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->windows, 0U);
  broken.fails = true;
  const auto fault = transcribe(listener(network), broken, any_text(), ignore);
  ASSERT_FALSE(fault);
  EXPECT_EQ(fault.error().message, "the file ends early");
  Polyglot damaged("en");
  damaged.logits_[12345] = std::nanf("");
  const auto bad = transcribe(listener(damaged), mel, any_text(), ignore);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::kBadInput);
  const Listener small{network, t, kMels, 8};
  EXPECT_FALSE(transcribe(small, mel, any_text(), ignore));
}

TEST(Transcription, DefaultsAreBeamsAndFiveSamples) {
  ScriptedNetwork network;
  std::vector<Token> text(7, kWord);
  text.front() = t.first_timestamp();
  text.push_back(t.first_timestamp() + 100);
  network.tries = {{text, 0.1}, {text, 0.1}, {text, 0.999}};
  CountedFrames mel(300);
  TranscribeOptions options;
  options.language = "en";
  TranscribedSegment last;
  const auto result = transcribe(listener(network), mel, options, [&](const auto& segment) {
    last = segment;
    return true;
  });
  ASSERT_TRUE(result);
  EXPECT_EQ(result->windows_retried, 1U);
  EXPECT_EQ(last.text, " a a a a a a");
  EXPECT_EQ(last.end_seconds, 2);
  EXPECT_EQ(last.temperature, 0.4);
}

TEST(CompressionRatio, IsPythons) {
  // len(text) / len(zlib.compress(text))
  EXPECT_EQ(compression_ratio(""), 0);
  EXPECT_NEAR(compression_ratio("Hello, world!"), 13.0 / 21, 1e-12);
  std::string no;
  for (int i = 0; i < 30; ++i) no += "no ";
  EXPECT_GT(compression_ratio(no), 5);
}

DecodedWindow window(double ratio, double logprob, double no_speech) {
  DecodedWindow w;
  w.compression_ratio = ratio, w.avg_logprob = logprob, w.no_speech_prob = no_speech;
  return w;
}

TEST(Fallback, WhatLooksWrong) {
  TranscribeOptions o;
  EXPECT_FALSE(looks_wrong(window(2.4, -1, 0), o));
  EXPECT_TRUE(looks_wrong(window(2.41, -0.1, 0), o));
  EXPECT_TRUE(looks_wrong(window(2.41, -0.1, 0.99), o));  // a sure text is no silence
  EXPECT_TRUE(looks_wrong(window(1, -1.01, 0.6), o));
  EXPECT_FALSE(looks_wrong(window(1, -1.01, 0.61), o));
  EXPECT_FALSE(looks_wrong(window(9, -1.01, 0.61), o));
  o.logprob_threshold.reset();
  EXPECT_FALSE(looks_wrong(window(1, -9, 0), o));
  EXPECT_TRUE(looks_wrong(window(9, -9, 0.99), o));
  o.compression_ratio_threshold.reset();
  EXPECT_FALSE(looks_wrong(window(9, -9, 0), o));
}

}  // namespace
}  // namespace decibit::transcription
