// SPDX-License-Identifier: Apache-2.0
// The network against mlx-audio on a tiny random model, stage by stage (tests/golden/models). The
// spectrum of the source is given, because the vocoder is ill-conditioned in its phases; the source
// is compared by itself. Where mlx-audio deviates from PyTorch, so does this test.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "command_line.h"
#include "host_tensors.h"
#include "io/safetensors.h"
#include "models/kokoro/schema.h"
#include "models/load_weights.h"
#include "models/styletts2/network.h"
#include "procedural.h"
#include "stages.h"

namespace decibit {
namespace {

using styletts2::Network;
using styletts2::Overrides;
using styletts2::SourceNoise;
using testing::expect_close;
using testing::HostTensors;
using testing::ScratchFolder;
using testing::Stages;
using testing::transposed;

const std::filesystem::path kGolden =
    std::filesystem::path(DECIBIT_SOURCE_DIR) / "tests/golden/models/kokoro_tiny";
constexpr std::uint64_t kSeed = 405;
constexpr styletts2::DecoderDims kDecoder{.wide = 64, .out = 32, .residual_in = 64, .residual = 16};

/// The tiny model; its decoder is narrower than the reference's, which a config cannot say.
class TinyKokoro {
 public:
  TinyKokoro() {
    testing::write_source(testing::read_json_file(kGolden / "source.json"), scratch_.path());
    Reporter silent;
    source_ = open_source_model(scratch_.path(), {}, silent).value();
    ConfigReader config(source_.config);
    const styletts2::Dims dims = styletts2::read_dims(config);
    EXPECT_TRUE(config.status());
    SchemaBuilder builder("kokoro");
    styletts2::add_modules(builder, dims, kDecoder, styletts2::AlphaName::kDot);
    source_.schema.tensors = std::move(builder).finish(source_.schema.map_name).tensors;
    named_ = load_weights(source_).value();
    WeightBinder binder(named_.weights, memory_);
    network_ = Network::bind(binder, dims, kDecoder, styletts2::AlphaName::kDot);
    const Status bound = binder.finish("tiny Kokoro");
    EXPECT_TRUE(bound) << (bound ? "" : bound.error().message);
  }
  const Network& network() const { return network_; }

 private:
  ScratchFolder scratch_;
  SourceModel source_;
  NamedWeights named_;
  WeightMemory memory_;
  Network network_;
};

/// Golden tensors of one run, as rows [time, channels].
class Golden {
 public:
  explicit Golden(std::string run) : run_("f32/" + std::move(run) + "/") {
    tensors_ = testing::read_tensors(kGolden / "golden.safetensors");
  }
  std::vector<float> values(const std::string& name) const {
    return testing::values_of(tensors_.at(name));
  }
  std::vector<float> stage(const std::string& name) const { return values(run_ + name); }
  std::vector<std::int32_t> durations() const {
    const testing::HostTensor& t = tensors_.at(run_ + "pred_dur");
    std::vector<std::int32_t> d;
    for (std::size_t i = 0; i < t.bytes.size(); i += 4) {
      std::int32_t v;
      std::memcpy(&v, &t.bytes[i], 4);
      d.push_back(v);
    }
    return d;
  }

 private:
  std::string run_;
  HostTensors tensors_;
};

std::vector<std::int32_t> ids_of(std::string_view text) {
  std::vector<std::int32_t> ids = {0};
  for (const char c : text)
    if (c >= 'a' && c <= 'z') ids.push_back(c - 'a' + 1);
  ids.push_back(0);
  return ids;
}

class KokoroNetwork : public ::testing::TestWithParam<const KernelTable*> {
 protected:
  static const TinyKokoro& model() {
    static const TinyKokoro tiny;
    return tiny;
  }
  Context context_{*GetParam(), pool_, workspace_, Compute::kExact};

  ThreadPool pool_{2};
  Workspace workspace_;
};

TEST_P(KokoroNetwork, EqualsTheReferenceStageByStage) {
  const Golden golden("inj");
  const auto ids = ids_of("hello world");
  const auto style = golden.values("ref_s");
  constexpr std::int64_t kBins = 11;
  Stages stages;
  Overrides overrides;
  overrides.erf_gelu = overrides.zero_pad = true;
  stages.collect(overrides);
  const std::int64_t frames = 1921;
  auto spectrum = testing::procedural_values("har.mag", kSeed, frames * kBins, 18, 0.3);
  const auto phase = testing::procedural_values("har.phase", kSeed, frames * kBins, 15, 0.0);
  spectrum.insert(spectrum.end(), phase.begin(), phase.end());
  spectrum = transposed(spectrum, 2 * kBins);
  overrides.source_spectrum = ConstRows{spectrum.data(), frames, 2 * kBins, 2 * kBins};

  const styletts2::Utterance utterance = {.ids = ids, .style = style};
  const Network::Pass pass(model().network(), context_, utterance, overrides);
  EXPECT_EQ(std::vector(pass.durations().begin(), pass.durations().end()), golden.durations());
  ASSERT_EQ(pass.samples(), 9600);
  std::vector<float> audio(9600);
  pass.vocode(audio);

  expect_close("bert", stages["bert"], golden.stage("bert"), 2e-5);
  expect_close("bert_encoder", stages["bert_encoder"], golden.stage("bert_encoder"), 2e-5);
  expect_close("duration_encoder", stages["duration_encoder"],
               golden.stage("predictor.text_encoder"), 3e-5);
  expect_close("duration", stages["duration_sum"], golden.stage("duration_before_rounding"), 3e-5);
  expect_close("f0", stages["f0"], golden.stage("F0"), 3e-5);
  expect_close("n", stages["n"], golden.stage("N"), 1e-4);
  expect_close("text_encoder", stages["text_encoder"], golden.stage("text_encoder.lstm"), 3e-5);
  expect_close("decoder", stages["decoder"], transposed(golden.stage("decoder.decode.3"), 32),
               1e-4);
  expect_close("audio", audio, golden.stage("audio"), 2e-4);
}

TEST_P(KokoroNetwork, MakesTheSourceFromF0) {
  const Golden golden("noise");
  const auto ids = ids_of("hello world");
  const auto style = golden.values("ref_s");
  const auto noise = testing::procedural_values("sinegen.noise", kSeed, 9600 * 9, 15, 0.0);
  Stages stages;
  Overrides overrides;
  overrides.erf_gelu = true;
  overrides.source_noise = ConstRows{noise.data(), 9600, 9, 9};
  stages.collect(overrides);
  const styletts2::Utterance utterance = {.ids = ids, .style = style};
  const Network::Pass pass(model().network(), context_, utterance, overrides);
  std::vector<float> audio(static_cast<std::size_t>(pass.samples()));
  pass.vocode(audio);

  std::vector<float> source = stages["source"];
  source.erase(source.begin() + 2500, source.end() - 2500);
  std::vector<float> want_source = golden.stage("decoder.generator.m_source@head");
  const auto tail = golden.stage("decoder.generator.m_source@tail");
  want_source.insert(want_source.end(), tail.begin(), tail.end());
  expect_close("source", source, want_source, 4e-3);
  // Phases jump at pi: compared as complex numbers.
  const auto mag = golden.stage("har_mag"), phase = golden.stage("har_phase");
  std::vector<float> got, want;
  const std::size_t frames = mag.size() / 11;
  for (std::size_t f = 0; f < frames; ++f)
    for (std::size_t bin = 0; bin < 11; ++bin) {
      const float* const row = &stages["source_spectrum"][f * 22];
      for (const double quarter : {0.0, -M_PI / 2}) {
        got.push_back(static_cast<float>(row[bin] * std::cos(row[11 + bin] + quarter)));
        want.push_back(static_cast<float>(mag[bin * frames + f] *
                                          std::cos(phase[bin * frames + f] + quarter)));
      }
    }
  expect_close("source spectrum", got, want, 4e-3);
}

TEST_P(KokoroNetwork, SpeedShortensDurations) {
  const Golden golden("zero");
  const auto ids = ids_of("abcdefgh");
  const auto style = golden.values("ref_s");
  Overrides overrides;
  overrides.erf_gelu = true;
  const styletts2::Utterance utterance = {.ids = ids, .style = style, .speed = 1.3f};
  const Network::Pass pass(model().network(), context_, utterance, overrides);
  EXPECT_EQ(std::vector(pass.durations().begin(), pass.durations().end()), golden.durations());
}

INSTANTIATE_TEST_SUITE_P(, KokoroNetwork, ::testing::ValuesIn(supported_tables()),
                         [](const auto& p) { return std::string(p.param->name); });

}  // namespace
}  // namespace decibit
