// SPDX-License-Identifier: Apache-2.0
// The real Kokoro-82M (scripts/get-weights.sh): against PyTorch's network, by a float run of its
// ONNX export, and against mlx-audio, dense and quantized (tests/golden/real). Skipped where the
// weights are not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "core/utf8.h"
#include "host_tensors.h"
#include "models/kokoro/model.h"
#include "models/kokoro/synthesizer.h"
#include "procedural.h"
#include "real_model.h"
#include "stages.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;
using kokoro::Model;
using styletts2::Network;
using styletts2::Overrides;
using testing::expect_close;
using testing::HostTensors;
using testing::Stages;
using testing::transposed;

constexpr std::int64_t kSpectrum = 22;
const std::u32string kHello = U"həlˈO wˈɜɹld!";

double snr_db(const std::vector<float>& got, const std::vector<float>& want) {
  double signal = 0, noise = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    signal += double{want[i]} * want[i];
    noise += std::pow(double{got[i]} - want[i], 2);
  }
  return 10 * std::log10(signal / noise);
}

class RealKokoro : public testing::RealModelTest {
 protected:
  RealKokoro() : RealModelTest("kokoro-82m") {}

  static std::unique_ptr<Model> load(const fs::path& folder) {
    Reporter silent;
    auto model = Model::load(folder, silent);
    EXPECT_TRUE(model) << (model ? "" : to_string(model.error()));
    return std::move(model).value();
  }
  /// Durations and audio of one chunk.
  struct Spoken {
    std::vector<std::int32_t> durations;
    std::vector<float> audio;
  };
  Spoken speak(const Model& model, std::u32string_view phonemes, std::string_view voice,
               const Overrides& overrides, Compute compute = Compute::kExact) {
    std::u32string unknown;
    const auto ids = model.vocabulary().encode(phonemes, unknown);
    EXPECT_TRUE(unknown.empty());
    const kokoro::Voice pack = model.voice(voice).value();
    const styletts2::Utterance utterance = {
        .ids = ids, .style = pack.style(phonemes.size()), .noise = {.scale = 0}};
    const Context context = {*supported_tables().back(), pool_, workspace_, compute};
    const Network::Pass pass(model.network(), context, utterance, overrides);
    Spoken spoken;
    spoken.durations.assign(pass.durations().begin(), pass.durations().end());
    spoken.audio.resize(static_cast<std::size_t>(pass.samples()));
    pass.vocode(spoken.audio);
    return spoken;
  }

  ThreadPool pool_{2};
  Workspace workspace_;
};

TEST_F(RealKokoro, EqualsPyTorch) {
  const auto model = load(folder());
  const HostTensors tensors = testing::read_tensors(golden() / "kokoro_hello_torch.safetensors");
  const auto want = [&](const std::string& name) { return testing::values_of(tensors.at(name)); };
  const std::vector<float> har = want("har");
  const auto frames = static_cast<std::int64_t>(har.size()) / kSpectrum;
  Overrides overrides;
  Stages stages;
  stages.collect(overrides);
  overrides.source_spectrum = ConstRows{har.data(), frames, kSpectrum, kSpectrum};
  const Spoken spoken = speak(*model, kHello, "af_heart", overrides);

  const std::vector<float> durations = want("durations");
  EXPECT_EQ(std::vector<float>(spoken.durations.begin(), spoken.durations.end()), durations);
  expect_close("bert_encoder", stages["bert_encoder"], want("bert_encoder"), 1e-4);
  expect_close("duration_encoder", stages["duration_encoder"], want("duration_encoder"), 1e-4);
  expect_close("duration_sum", stages["duration_sum"], want("duration_sum"), 1e-4);
  expect_close("f0", stages["f0"], want("F0"), 1e-4);
  expect_close("n", stages["n"], want("N"), 1e-4);
  expect_close("text_encoder", stages["text_encoder"], want("text_encoder"), 1e-4);
  EXPECT_GE(snr_db(spoken.audio, want("audio")), 50);

  // Its own source: 1.5 s, with phases that PyTorch sums in float.
  overrides.source_spectrum.reset();
  speak(*model, kHello, "af_heart", overrides);
  expect_close("source", stages["source"], want("har_source"), 1e-3);
}

TEST_F(RealKokoro, GivesPyTorchsDurations) {
  const auto model = load(folder());
  std::ifstream table(golden() / "kokoro_phrases.tsv");
  std::string line;
  std::getline(table, line);
  int phrases = 0;
  for (; std::getline(table, line); ++phrases) {
    std::istringstream cells(line);
    std::string voice, text, phonemes, frames, durations;
    for (std::string* cell : {&voice, &text, &phonemes, &frames, &durations})
      std::getline(cells, *cell, '\t');
    std::istringstream numbers(durations);
    const std::vector<std::int32_t> want{std::istream_iterator<std::int32_t>(numbers), {}};
    for (const Compute compute : {Compute::kExact, Compute::kAuto})
      EXPECT_EQ(speak(*model, code_points(phonemes), voice, {}, compute).durations, want) << text;
  }
  EXPECT_EQ(phrases, 9);
}

/// One run of mlx-audio, whose deviations from PyTorch this takes over.
class MlxAudio : public RealKokoro, public ::testing::WithParamInterface<const char*> {};

TEST_P(MlxAudio, SpeaksTheSame) {
  const std::string tag = GetParam();
  const auto model = load(tagged(tag));
  const HostTensors tensors =
      testing::read_tensors(golden() / "kokoro_hello_inject/golden.safetensors");
  const auto want = [&](const std::string& name) {
    return testing::values_of(tensors.at(tag + "/" + name));
  };
  constexpr std::int64_t kFrames = 7441, kBins = kSpectrum / 2;
  auto spectrum = testing::procedural_values("har.mag", 1, kFrames * kBins, 18, 0.3);
  const auto phase = testing::procedural_values("har.phase", 1, kFrames * kBins, 15, 0.0);
  spectrum.insert(spectrum.end(), phase.begin(), phase.end());
  spectrum = transposed(spectrum, kSpectrum);
  Overrides overrides;
  Stages stages;
  stages.collect(overrides);
  overrides.erf_gelu = overrides.zero_pad = true;
  overrides.source_spectrum = ConstRows{spectrum.data(), kFrames, kSpectrum, kSpectrum};
  const Spoken spoken = speak(*model, kHello, "af_heart", overrides);

  EXPECT_EQ(spoken.durations, testing::integers_of(tensors.at(tag + "/pred_dur")));
  expect_close("f0", stages["f0"], want("F0"), 1e-4);
  expect_close("n", stages["n"], want("N"), 1e-4);
  expect_close("audio", spoken.audio, want("audio"), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(, MlxAudio, ::testing::Values("f32", "q4", "q8"),
                         [](const auto& p) { return std::string(p.param); });

TEST_F(RealKokoro, SpeaksFromScopeAll) {
  const auto dense = load(folder());
  const auto rows = load(converted({"-q", "--q-bits", "8", "--scope", "all"}));
  // What could not be used in place: two transposed convolutions, the depthwise ones, biases.
  EXPECT_LT(rows->owned_bytes(), std::size_t{4} << 20);
  Overrides overrides;
  Stages stages;
  stages.collect(overrides);
  const Spoken a = speak(*dense, kHello, "af_heart", overrides);
  const std::vector<float> f0 = stages["f0"];
  overrides.durations = a.durations;
  speak(*rows, kHello, "af_heart", overrides);
  // 8 bits: two hundredths of the range of the pitch at most.
  expect_close("f0", stages["f0"], f0, 0.02);
}

TEST_F(RealKokoro, GivesTheSameSamplesWithAnyNumberOfThreads) {
  const auto model = load(folder());
  const kokoro::Voice voice = model->voice("af_heart:2,am_michael").value();
  std::vector<float> first;
  for (const unsigned threads : {1u, 2u, 3u}) {
    Reporter silent;
    const auto engine = Engine::make({threads, {}}, silent).value();
    kokoro::Synthesizer synthesizer(*model, *engine, Compute::kAuto);
    const kokoro::Speech speech = synthesizer.speak(kHello, 0, voice, {}, silent).value();
    const std::vector<float> audio(speech.audio.begin(), speech.audio.end());
    if (first.empty()) first = audio;
    EXPECT_EQ(audio, first) << threads;
  }
}

}  // namespace
}  // namespace decibit
