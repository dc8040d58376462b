// SPDX-License-Identifier: Apache-2.0
// Against the banks and the Whisper front end of the real mlx-audio (golden/models/frontends).
#include "dsp/mel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "dsp/stft.h"
#include "dsp/window.h"
#include "io/safetensors.h"

namespace decibit {
namespace {

class Golden : public testing::Test {
 protected:
  template <class T>
  std::vector<T> read(const std::string& name) const {
    for (const Tensor& t : file_.tensors) {
      if (t.name != name) continue;
      const auto bytes = t.read_all().value();
      std::vector<T> values(bytes.size() / sizeof(T));
      std::memcpy(values.data(), bytes.data(), bytes.size());
      return values;
    }
    ADD_FAILURE() << "no " << name;
    return {};
  }

 private:
  const SafetensorsFile file_ =
      open_safetensors(DECIBIT_SOURCE_DIR "/tests/golden/models/frontends/golden.safetensors")
          .value();
};

// log10 of the mel powers of each whole hop, clamped at 8 below the largest, as Whisper takes them.
// The filters are the reference's own, so that only the transform and the sums are compared.
std::vector<float> whisper_mel(const std::vector<std::int16_t>& audio,
                               const std::vector<float>& filters) {
  std::vector<float> signal(audio.size());
  for (std::size_t i = 0; i < audio.size(); ++i) signal[i] = static_cast<float>(audio[i]) / 32768;
  const Stft stft(periodic_hann(400), 160);
  const std::size_t mels = filters.size() / stft.bins();
  const std::int64_t frames = stft.frames(static_cast<std::int64_t>(signal.size())) - 1;
  std::vector<float> out(static_cast<std::size_t>(frames) * mels);
  std::vector<Stft::Complex> spectrum(stft.bins()), scratch(stft.scratch_size());
  for (std::int64_t f = 0; f < frames; ++f) {
    stft.forward(signal, f, spectrum, scratch);
    for (std::size_t m = 0; m < mels; ++m) {
      double sum = 0;
      for (std::size_t k = 0; k < stft.bins(); ++k)
        sum += double{filters[m * stft.bins() + k]} * std::norm(spectrum[k]);
      out[static_cast<std::size_t>(f) * mels + m] = static_cast<float>(sum);
    }
  }
  for (float& v : out) v = std::log10(std::max(v, 1e-10f));
  const float floor = *std::max_element(out.begin(), out.end()) - 8;
  for (float& v : out) v = (std::max(v, floor) + 4) / 4;
  return out;
}

// The reference computes its banks in float: up to this far from librosa's doubles, and from ours.
constexpr double kBankError = 1e-6;

TEST_F(Golden, SlaneyBanks) {
  for (const std::size_t mels : {std::size_t{80}, std::size_t{128}}) {
    const auto want = read<float>("mel_filters_slaney_" + std::to_string(mels));
    const MelBank bank({16000, 400, mels, 0, 8000});
    ASSERT_EQ(want.size(), mels * bank.bins());
    for (std::size_t m = 0; m < mels; ++m)
      for (std::size_t k = 0; k < bank.bins(); ++k)
        EXPECT_NEAR(bank.weight(m, k), want[m * bank.bins() + k], kBankError) << m << ' ' << k;
  }
}

TEST(MelBank, AppliesItsFilters) {
  const MelBank bank({24000, 1024, 80, 0, 12000});
  std::vector<double> spectrum(bank.bins());
  for (std::size_t k = 0; k < spectrum.size(); ++k) spectrum[k] = static_cast<double>(k % 7);
  std::vector<float> out(bank.mels());
  bank.apply(spectrum, out);
  for (std::size_t m = 0; m < bank.mels(); ++m) {
    double want = 0;
    for (std::size_t k = 0; k < spectrum.size(); ++k)
      want += double{bank.weight(m, k)} * spectrum[k];
    EXPECT_FLOAT_EQ(out[m], static_cast<float>(want));
  }
}

TEST_F(Golden, WhisperLogMel) {
  const auto audio = read<std::int16_t>("audio_i16");
  for (const std::size_t mels : {std::size_t{80}, std::size_t{128}}) {
    const auto want = read<float>("whisper_mel_" + std::to_string(mels) + "_pad0");
    const auto got = whisper_mel(audio, read<float>("mel_filters_slaney_" + std::to_string(mels)));
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 3e-5) << i;
  }
}

}  // namespace
}  // namespace decibit
