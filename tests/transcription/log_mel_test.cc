// SPDX-License-Identifier: Apache-2.0
// Against log-mels of mlx-audio 0.6.2 (whose window is OpenAI's) and against the definition; and
// that no way of reading changes a bit.
#include "transcription/log_mel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "dsp/stft.h"
#include "dsp/window.h"
#include "io/audio_reader.h"
#include "io/safetensors.h"

namespace decibit::transcription {
namespace {

constexpr double kTolerance = 3e-5;

template <class T>
std::vector<T> golden(const std::string& folder, const std::string& name) {
  const auto file = open_safetensors(std::string(DECIBIT_SOURCE_DIR "/tests/golden/") + folder +
                                     "/golden.safetensors")
                        .value();
  for (const Tensor& tensor : file.tensors) {
    if (tensor.name != name) continue;
    const auto bytes = tensor.read_all().value();
    std::vector<T> values(bytes.size() / sizeof(T));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  ADD_FAILURE() << "no " << name;
  return {};
}

std::unique_ptr<LogMel> log_mel_of(std::span<const float> samples, std::int64_t mels = 80,
                                   ThreadPool* pool = nullptr) {
  static const Reporter kSilent;
  auto made = LogMel::create(samples_in_memory(samples, 16000), mels, pool, kSilent);
  EXPECT_TRUE(made);
  return std::move(*made);
}

std::vector<float> read(LogMel& mel, std::int64_t first, std::int64_t count,
                        std::int64_t mels = 80) {
  std::vector<float> values(static_cast<std::size_t>(count * mels));
  const auto status = mel.read(first, count, {values.data(), count, mels, mels});
  EXPECT_TRUE(status) << status.error().message;
  return values;
}

std::vector<float> read_everything(LogMel& mel, std::int64_t step = 3000) {
  std::vector<float> all;
  const std::int64_t end = mel.frames() + LogMel::kPaddingFrames;
  for (std::int64_t f = 0; f < end; f += step) {
    const auto part = read(mel, f, std::min(step, end - f));
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

/// Noise whose loudness swells and fades.
std::vector<float> noise(std::size_t count) {
  std::vector<float> samples(count);
  std::uint32_t state = 7;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 1664525 + 1013904223;
    const float x = static_cast<float>(state >> 8) / static_cast<float>(1 << 24) - 0.5f;
    samples[i] = x * static_cast<float>(std::exp(-4 + 4 * std::sin(static_cast<double>(i) / 5e4)));
  }
  return samples;
}

/// The formulas at the top of log_mel.h, over the whole of it at once.
std::vector<float> defined(const std::vector<float>& samples, std::size_t mels) {
  std::vector<float> x = samples;
  x.resize(samples.size() + 480'000);
  const Stft stft(periodic_hann(400), 160);
  const MelBank bank({16000, 400, mels, 0, 8000});
  const std::int64_t frames = static_cast<std::int64_t>(x.size()) / 160;
  std::vector<float> out(static_cast<std::size_t>(frames) * mels);
  std::vector<Stft::Complex> spectrum(stft.bins()), scratch(stft.scratch_size());
  std::vector<double> powers(stft.bins());
  for (std::int64_t f = 0; f < frames; ++f) {
    stft.forward(x, f, spectrum, scratch);
    std::ranges::transform(spectrum, powers.begin(), [](auto z) { return std::norm(z); });
    bank.apply(powers, std::span(out).subspan(static_cast<std::size_t>(f) * mels, mels));
  }
  for (float& v : out) v = std::log10(std::max(v, 1e-10f));
  const float floor = *std::ranges::max_element(out) - 8;
  for (float& v : out) v = (std::max(v, floor) + 4) / 4;
  return out;
}

void expect_near(std::span<const float> got, const std::vector<float>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], kTolerance) << i;
}

TEST(LogMelTest, IsThatOfTheReference) {
  const auto integers = golden<std::int16_t>("models/frontends", "audio_i16");
  std::vector<float> samples(integers.size());
  std::ranges::transform(integers, samples.begin(),
                         [](std::int16_t x) { return static_cast<float>(x) / 32768; });
  const auto mel = log_mel_of(samples);
  EXPECT_EQ(mel->frames(), 100);
  expect_near(read(*mel, 0, 110),
              golden<float>("models/frontends", "whisper_mel_80_pad30s_first110"));
}

TEST(LogMelTest, OfARealRecordingIsThatOfTheReference) {
  const std::string folder = "real/whisper_jfk";
  Reporter reporter;
  const auto file =
      open_file(std::string(DECIBIT_SOURCE_DIR "/tests/golden/") + folder + "/audio.flac").value();
  auto decoder = open_audio(file, reporter).value();
  auto reader = AudioReader::create(std::move(decoder), 16000, "jfk", reporter).value();
  const auto mel = LogMel::create(std::move(reader), 80, nullptr, reporter).value();
  EXPECT_EQ(mel->samples(), 176'000);
  const std::vector<float> all = read_everything(*mel);
  ASSERT_EQ(all.size(), 4100u * 80);
  const auto head = golden<float>(folder, "log_mel@head"),
             tail = golden<float>(folder, "log_mel@tail");
  expect_near(std::span(all).first(head.size()), head);
  expect_near(std::span(all).last(tail.size()), tail);
  // of all of it, from golden.json
  double sum = 0, squares = 0;
  for (const float x : all) {
    sum += double{x};
    squares += double{x} * double{x};
  }
  EXPECT_NEAR(sum / static_cast<double>(all.size()), -0.360415385, 1e-6);
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(all.size())), 0.521445934, 1e-6);
  EXPECT_NEAR(*std::ranges::max_element(all), 1.46125805, kTolerance);
}

// The reference does not give the lengths that matter: around the mirror and the last hop.
TEST(LogMelTest, IsAsDefinedForEveryLength) {
  for (const std::size_t count :
       std::initializer_list<std::size_t>{1, 2, 159, 160, 161, 199, 200, 201, 202, 399, 400, 401,
                                          16'000, 79'999, 80'040, 80'041}) {
    const auto samples = noise(count);
    const auto mel = log_mel_of(samples);
    EXPECT_EQ(mel->frames(), static_cast<std::int64_t>(count / 160));
    EXPECT_EQ(read_everything(*mel), defined(samples, 80)) << count;
  }
}

TEST(LogMelTest, Has128Bands) {
  const auto samples = noise(20'000);
  const auto mel = log_mel_of(samples, 128);
  const auto want = defined(samples, 128);
  EXPECT_EQ(read(*mel, 0, 125, 128), std::vector<float>(want.begin(), want.begin() + 125 * 128));
}

TEST(LogMelTest, IsTheSameForEveryWayOfReading) {
  const auto samples = noise(16'000 * 75);
  const auto whole = log_mel_of(samples);
  const std::vector<float> all = read_everything(*whole);
  for (const std::int64_t step : {1, 77, 1000}) {
    const auto mel = log_mel_of(samples);
    EXPECT_EQ(read_everything(*mel, step), all) << step;
  }
  const auto expect_rows = [&](LogMel& mel, std::int64_t first, std::int64_t count) {
    const auto rows = read(mel, first, count);
    EXPECT_TRUE(std::ranges::equal(
        rows, std::span(all).subspan(static_cast<std::size_t>(first) * 80, rows.size())))
        << first << ' ' << count;
  };
  // windows that overlap, leave gaps, go back a little and far
  for (const auto& [first, count] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 3000},
                                                          {0, 3000},
                                                          {2468, 3000},
                                                          {2468, 100},
                                                          {2500, 3000},
                                                          {7000, 500},
                                                          {6990, 510},
                                                          {100, 2000},
                                                          {4500, 3000},
                                                          {0, 1},
                                                          {10'000, 500},
                                                          {7400, 3000}})
    expect_rows(*whole, first, count);
}

TEST(LogMelTest, IsTheSameForAnyNumberOfThreads) {
  const auto samples = noise(16'000 * 40);
  const auto alone = log_mel_of(samples);
  const std::vector<float> want = read_everything(*alone);
  for (const unsigned threads : {1u, 2u, 5u}) {
    ThreadPool pool(threads);
    const auto mel = log_mel_of(samples, 80, &pool);
    EXPECT_EQ(read_everything(*mel), want) << threads;
  }
}

TEST(LogMelTest, OfSilenceIsTheFloor) {
  const std::vector<float> silence(16'000);
  const auto mel = log_mel_of(silence);
  for (const float x : read_everything(*mel)) ASSERT_EQ(x, (-10.0f + 4) / 4);
}

TEST(LogMelTest, OfTheLoudestSoundIsFinite) {
  std::vector<float> samples(16'000, 1e6f);
  for (std::size_t i = 0; i < samples.size(); i += 2) samples[i] = -1e6f;
  const auto mel = log_mel_of(samples);
  EXPECT_TRUE(std::ranges::all_of(read_everything(*mel), [](float x) { return std::isfinite(x); }));
}

TEST(LogMelTest, NeedsSamplesThatAreOnes) {
  Reporter reporter;
  const auto none = LogMel::create(samples_in_memory({}, 16000), 80, nullptr, reporter);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(none.error().message, testing::HasSubstr("0 samples"));
  std::vector<float> samples(1000);
  samples[800] = std::nanf("");
  const auto nan = LogMel::create(samples_in_memory(samples, 16000), 80, nullptr, reporter);
  ASSERT_FALSE(nan);
  EXPECT_THAT(nan.error().message, testing::HasSubstr("sample 800, at 0.050 s, is nan"));
}

/// Gives a constant first, and what was asked for from the second reading on.
class ChangesItsMind : public SampleSource {
 public:
  explicit ChangesItsMind(std::span<const float> samples)
      : first_(samples.size(), 0.9f),
        wrong_(samples_in_memory(first_, 16000)),
        right_(samples_in_memory(samples, 16000)) {}
  Result<std::size_t> read(std::span<float> out) override {
    return (revised_ ? right_ : wrong_)->read(out);
  }
  Status rewind() override { return (revised_ ? right_ : wrong_)->rewind(); }
  bool revise() override { return !std::exchange(revised_, true); }
  const std::string& name() const override { return right_->name(); }

 private:
  std::vector<float> first_;
  std::unique_ptr<SampleSource> wrong_, right_;
  bool revised_ = false;
};

TEST(LogMelTest, TakesTheMaximumOfTheSamplesThatCount) {
  const auto samples = noise(20'000);
  Reporter reporter;
  const auto mel =
      LogMel::create(std::make_unique<ChangesItsMind>(samples), 80, nullptr, reporter).value();
  EXPECT_EQ(read_everything(*mel), defined(samples, 80));
}

class Impatient : public Reporter {
 public:
  bool cancelled() const override { return stop; }
  bool stop = false;
};

TEST(LogMelTest, StopsWhenAsked) {
  const auto samples = noise(16'000);
  Impatient reporter;
  const auto mel = LogMel::create(samples_in_memory(samples, 16000), 80, nullptr, reporter).value();
  reporter.stop = true;
  std::vector<float> out(80);
  const auto status = mel->read(0, 1, {out.data(), 1, 80, 80});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kInterrupted);
  EXPECT_FALSE(LogMel::create(samples_in_memory(samples, 16000), 80, nullptr, reporter));
}

}  // namespace
}  // namespace decibit::transcription
