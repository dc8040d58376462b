// SPDX-License-Identifier: Apache-2.0
// One network, whatever its files look like.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "models/whisper/model.h"
#include "models/whisper/names.h"
#include "models/whisper/network.h"
#include "stages.h"
#include "tiny_whisper.h"

namespace decibit {
namespace {

using ::testing::AllOf;
using testing::expect_close;
using testing::flat;
using ::testing::HasSubstr;
using testing::host_tensor;
using testing::HostTensor;
using testing::HostTensors;
using testing::TinyWhisper;
using testing::values_of;
using whisper::Model;
using whisper::Network;

class WhisperModel : public ::testing::Test {
 protected:
  static constexpr std::array<whisper::Token, 5> kPrompt = {5, 9, 17, 200, 3};

  std::filesystem::path file() const { return tiny_.folder() / "model.safetensors"; }
  HostTensors tensors() const { return testing::read_tensors(file()); }
  void replace(const HostTensors& tensors, const std::string& format = "pt") {
    std::filesystem::remove(file());
    testing::write_tensors(file(), tensors, format);
  }
  void set_config(const std::string& key, Json value) {
    const auto path = tiny_.folder() / "config.json";
    Json config = testing::read_json_file(path);
    config.set(key, std::move(value));
    testing::write_text_file(path, config.dump(1));
  }
  /// OpenAI's words for the config.
  void say_dims() {
    testing::write_text_file(
        tiny_.folder() / "config.json",
        R"({"n_mels": 80, "n_audio_ctx": 50, "n_audio_state": 128, "n_audio_head": 2,
            "n_audio_layer": 2, "n_vocab": 256, "n_text_ctx": 32, "n_text_state": 128,
            "n_text_head": 2, "n_text_layer": 2})");
  }
  std::unique_ptr<Model> open() const {
    Reporter silent;
    auto model = tiny_.open(silent);
    EXPECT_TRUE(model) << (model ? "" : to_string(model.error()));
    return std::move(model).value();
  }
  std::string error() const {
    Reporter silent;
    const auto model = tiny_.open(silent);
    return model ? "none" : to_string(model.error());
  }
  std::vector<float> logits(const Model& model) const {
    Reporter silent;
    const auto engine = Engine::make({1, {}}, silent).value();
    Network network(model, *engine, Compute::kExact);
    const std::vector<float> mel = TinyWhisper::mel();
    network.listen({mel.data(), 100, 80, 80});
    const std::array<std::size_t, 5> all = {0, 1, 2, 3, 4};
    return flat(network.start(kPrompt, all));
  }
  const std::vector<float>& want() {
    if (want_.empty()) want_ = logits(tiny_.model());
    return want_;
  }

  TinyWhisper tiny_;
  std::vector<float> want_;
};

HostTensor in_mlx_order(const HostTensor& torch) {
  const auto o = static_cast<std::size_t>(torch.shape[0]),
             i = static_cast<std::size_t>(torch.shape[1]),
             k = static_cast<std::size_t>(torch.shape[2]);
  const std::vector<float> from = values_of(torch);
  std::vector<float> to(from.size());
  for (std::size_t a = 0; a < o; ++a)
    for (std::size_t b = 0; b < i; ++b)
      for (std::size_t c = 0; c < k; ++c) to[(a * k + c) * i + b] = from[(a * i + b) * k + c];
  return host_tensor(DType::kF32, {torch.shape[0], torch.shape[2], torch.shape[1]}, to);
}

TEST_F(WhisperModel, MlxNamesAndOrderGiveTheSameBits) {
  want();
  HostTensors mlx;
  for (const auto& [name, tensor] : tensors())
    mlx[whisper::map_name(name, true).name] =
        tensor.shape.size() == 3 ? in_mlx_order(tensor) : tensor;
  replace(mlx, "mlx");
  EXPECT_EQ(logits(*open()), want());  // transformers' config beside MLX's names
  say_dims();
  EXPECT_EQ(logits(*open()), want());
}

TEST_F(WhisperModel, OpenAiNamesGiveTheSameBits) {
  want();
  HostTensors openai;
  for (const auto& [name, tensor] : tensors()) {
    std::string theirs = whisper::map_name(name, true).name;
    for (const auto& [ours, old] : {std::pair(".mlp1.", ".mlp.0."), std::pair(".mlp2.", ".mlp.2.")})
      if (const auto at = theirs.find(ours); at != theirs.npos) theirs.replace(at, 6, old);
    openai["model_state_dict." + theirs] = tensor;
  }
  openai["model_state_dict.encoder.positional_embedding"] =
      host_tensor(DType::kF32, {50, 128}, std::vector<float>(50 * 128, 9));
  replace(openai);
  say_dims();
  EXPECT_EQ(logits(*open()), want());
  // The .pt has no config beside it. That the window is of 50 positions is then not known.
  std::filesystem::remove(tiny_.folder() / "config.json");
  const auto model = open();
  EXPECT_EQ(model->dims().audio_context, 1500);
  EXPECT_EQ(model->dims().mels, 80);
  EXPECT_EQ(model->dims().vocabulary, 256);
}

TEST_F(WhisperModel, ShardsGiveTheSameBits) {
  want();
  std::array<HostTensors, 2> shards;
  Json::Object map;
  for (const auto& [name, tensor] : tensors()) {
    const std::size_t shard = map.size() % 2;
    shards[shard][name] = tensor;
    map.emplace_back(name, Json(shard == 0 ? "model-1.safetensors" : "model-2.safetensors"));
  }
  std::filesystem::remove(file());
  testing::write_tensors(tiny_.folder() / "model-1.safetensors", shards[0]);
  testing::write_tensors(tiny_.folder() / "model-2.safetensors", shards[1]);
  Json index;
  index.set("weight_map", Json(map));
  testing::write_text_file(tiny_.folder() / "model.safetensors.index.json", index.dump(1));
  EXPECT_EQ(logits(*open()), want());
}

TEST_F(WhisperModel, WeightsKeepTheirTypeAndPlace) {
  want();
  const HostTensors dense = tensors();
  const struct {
    DType dtype;
    double tolerance;  // weights are rounded to the type
  } rows[] = {{DType::kF32, 0}, {DType::kF16, 2e-3}, {DType::kBF16, 2e-2}};
  for (const auto& [dtype, tolerance] : rows) {
    HostTensors cast;
    for (const auto& [name, tensor] : dense)
      cast[name] = host_tensor(dtype, tensor.shape, values_of(tensor));
    replace(cast);
    const auto model = open();
    expect_close(std::string(name(dtype)), logits(*model), want(), tolerance);
    // Copied: biases and norms, sinusoids, and the two convolutions, which are in PyTorch's order.
    const auto conv = static_cast<std::size_t>((80 + 128) * 3 * 128 * size_bytes(dtype));
    EXPECT_LT(model->owned_bytes(), conv + (std::size_t{80} << 10)) << name(dtype);
  }
}

// Field report B002.
TEST_F(WhisperModel, TheTextContextIsTheTablesRowCount) {
  want();
  for (const Json& value : {Json(1024), Json(20), Json()}) {
    set_config("max_target_positions", value);
    set_config("max_length", value);
    const auto model = open();
    EXPECT_EQ(model->dims().text_context, 32);
    EXPECT_EQ(logits(*model), want());
  }
}

TEST_F(WhisperModel, EveryProblemIsInOneError) {
  HostTensors broken = tensors();
  broken.erase("model.decoder.layer_norm.bias");
  broken.at("model.encoder.layers.1.fc1.bias").shape = {256, 2};
  broken["model.decoder.extra"] = broken.at("model.encoder.conv1.bias");
  replace(broken);
  EXPECT_THAT(error(), AllOf(HasSubstr("decoder.ln.bias"), HasSubstr("model.encoder.layers.1.fc1"),
                             HasSubstr("model.decoder.extra")));
}

TEST_F(WhisperModel, HeadsOfAnotherSizeAreRefused) {
  set_config("encoder_attention_heads", 4);
  set_config("decoder_attention_heads", 1);
  EXPECT_THAT(error(), AllOf(HasSubstr("encoder_attention_heads"),
                             HasSubstr("decoder_attention_heads"), HasSubstr("64")));
}

TEST_F(WhisperModel, LoadWantsWindowsOfThirtySeconds) {
  Reporter silent;
  const auto tiny = Model::load(tiny_.folder(), silent);
  ASSERT_FALSE(tiny);
  EXPECT_THAT(to_string(tiny.error()), AllOf(HasSubstr("50 positions"), HasSubstr("1500")));
  set_config("max_source_positions", Json());
  const auto whole = Model::load(tiny_.folder(), silent);
  ASSERT_TRUE(whole) << to_string(whole.error());
  EXPECT_EQ((*whole)->dims().audio_context, 1500);
}

TEST_F(WhisperModel, AFolderOfAnotherKindIsNamed) {
  Reporter silent;
  set_config("model_type", Json("kokoro"));
  EXPECT_FALSE(Model::load(tiny_.folder(), silent));
  const testing::ScratchFolder empty;
  const auto none = Model::load(empty.path(), silent);
  ASSERT_FALSE(none);
  EXPECT_FALSE(Model::load(empty / "nothing", silent));
}

}  // namespace
}  // namespace decibit
