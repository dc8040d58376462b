// SPDX-License-Identifier: Apache-2.0
// B046 of the field reports (mistral.rs 1979, llama.cpp 7486, mlx-examples 1033): a repository with
// the vendor's files only, one with transformers' only, and one with both are the same model. Also:
// what comes out of each has the config that mlx-audio's loader reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "host_tensors.h"
#include "transformers_layout.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using testing::copy_golden_source;
using testing::expect_same_tensors;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::HostTensor;
using testing::HostTensors;
using testing::read_json_file;
using testing::read_tensors;
using testing::run_convert;
using testing::ScratchFolder;
using testing::write_tensors;
using testing::write_text_file;

// What the golden config says, in Mistral's words.
constexpr const char* kParams = R"({
  "dim": 64, "n_layers": 2, "n_heads": 4, "n_kv_heads": 2, "head_dim": 32, "hidden_dim": 128,
  "vocab_size": 192, "norm_eps": 1e-05, "rope_theta": 1000000.0, "sliding_window": 16,
  "tied_embeddings": true, "ada_rms_norm_t_cond": true, "ada_rms_norm_t_cond_dim": 64,
  "multimodal": {"whisper_model_args": {
    "encoder_args": {
      "audio_encoding_args": {"sampling_rate": 16000, "frame_rate": 12.5, "num_mel_bins": 128,
                              "hop_length": 160, "window_size": 400, "global_log_mel_max": 1.5},
      "dim": 64, "n_layers": 2, "n_heads": 2, "n_kv_heads": 2, "head_dim": 32,
      "hidden_dim": 128, "sliding_window": 12},
    "downsample_args": {"downsample_factor": 4}}}})";

/// params.json and consolidated.safetensors, no config.json.
fs::path mistral_folder(const fs::path& folder) {
  copy_golden_source("vxrt", folder);
  fs::remove(folder / "config.json");
  write_text_file(folder / "params.json", kParams);
  return folder;
}

HostTensor with_row_order(const HostTensor& tensor, const std::vector<std::int64_t>& order) {
  HostTensor result = tensor;
  const std::size_t row = tensor.bytes.size() / order.size();
  for (std::size_t i = 0; i < order.size(); ++i)
    std::copy_n(tensor.bytes.begin() + static_cast<std::ptrdiff_t>(row) * order[i], row,
                result.bytes.begin() + static_cast<std::ptrdiff_t>(row * i));
  return result;
}

/// config.json and model.safetensors as transformers publishes them, q and k rows permuted.
fs::path transformers_folder(const fs::path& folder) {
  const fs::path golden = golden_source("vxrt");
  const Json config = read_json_file(golden / "config.json");
  HostTensors tensors;
  for (const auto& [name, tensor] : read_tensors(golden / "consolidated.safetensors")) {
    const auto theirs = testing::to_transformers(name, config);
    tensors[theirs.name] = theirs.heads == 0
                               ? tensor
                               : with_row_order(tensor, testing::transformers_row_order(
                                                            tensor.shape.front(), theirs.heads));
  }
  write_tensors(folder / "model.safetensors", tensors);
  write_text_file(folder / "config.json", testing::transformers_config(config).dump(2));
  return folder;
}

std::int64_t size_in(const fs::path& folder, const char* object, const char* key) {
  const Json config = read_json_file(folder / "config.json");
  const Json* part = config.find(object);
  const Json* value = part == nullptr ? nullptr : part->find(key);
  return value == nullptr || value->integer() == nullptr ? -1 : *value->integer();
}

void expect_mlx_config(const fs::path& folder) {
  EXPECT_EQ(read_json_file(folder / "config.json").find("text_config"), nullptr);
  EXPECT_EQ(size_in(folder, "encoder_args", "dim"), 64);
  EXPECT_EQ(size_in(folder, "encoder_args", "n_layers"), 2);
  EXPECT_EQ(size_in(folder, "decoder", "n_kv_heads"), 2);
  EXPECT_EQ(size_in(folder, "decoder", "vocab_size"), 192);
}

TEST(FieldReports, B046_VendorFilesAreComplete) {
  const ScratchFolder scratch;
  ASSERT_EQ(run_convert(golden_source("vxrt"), scratch / "expected").exit_code, 0);
  const auto run = run_convert(mistral_folder(scratch / "mistral"), scratch / "out");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  expect_same_tensors(read_tensors(scratch / "out"), read_tensors(scratch / "expected"));
  expect_mlx_config(scratch / "out");
}

TEST(FieldReports, B046_TransformersLayoutGivesTheSameTensors) {
  const ScratchFolder scratch;
  ASSERT_EQ(run_convert(golden_source("vxrt"), scratch / "expected").exit_code, 0);
  const auto run = run_convert(transformers_folder(scratch / "transformers"), scratch / "out");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  expect_same_tensors(read_tensors(scratch / "out"), read_tensors(scratch / "expected"));
  expect_mlx_config(scratch / "out");
}

TEST(FieldReports, B046_OfTwoLayoutsOneIsChosenAndNamed) {
  const ScratchFolder scratch;
  ASSERT_EQ(run_convert(golden_source("vxrt"), scratch / "expected").exit_code, 0);
  const fs::path source = transformers_folder(scratch / "both");
  for (const char* file : {"consolidated.safetensors", "tekken.json"})
    fs::copy(golden_source("vxrt") / file, source / file);
  write_text_file(source / "params.json", kParams);

  const auto run = run_convert(source, scratch / "out");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("consolidated"));
  EXPECT_THAT(run.err, HasSubstr("not from model.safetensors"));
  expect_same_tensors(read_tensors(scratch / "out"), read_tensors(scratch / "expected"));
  const auto content = testing::folder_content(scratch / "out");
  EXPECT_FALSE(content.contains("consolidated.safetensors"));
  EXPECT_TRUE(content.contains("tekken.json"));
  expect_mlx_config(scratch / "out");
}

// Packed rows are rows too: copying the codes of a quantized q or k in transformers' order would
// give a model that is wrong without a word.
TEST(VoxtralLayouts, QuantizedRowsAreUnpermutedToo) {
  const ScratchFolder scratch;
  const fs::path source = transformers_folder(scratch / "source");
  const fs::path packed = scratch / "packed";
  ASSERT_EQ(run_convert(source, packed, {"-q", "--model-type", "generic"}).exit_code, 0);
  Json config = read_json_file(source / "config.json");
  config.set("quantization", *read_json_file(packed / "config.json").find("quantization"));
  fs::remove(packed / "config.json");
  write_text_file(packed / "config.json", config.dump(2));

  ASSERT_EQ(run_convert(packed, scratch / "ours").exit_code, 0);
  ASSERT_EQ(run_convert(golden_source("vxrt"), scratch / "mistral", {"-q"}).exit_code, 0);
  const HostTensors ours = testing::dequantized_tensors(scratch / "ours");
  const HostTensors expected = testing::dequantized_tensors(scratch / "mistral");
  for (const char* name :
       {"decoder.layers.0.attention.wq.weight", "decoder.layers.1.attention.wk.weight",
        "encoder.transformer_layers.0.attention.wq.weight"})
    EXPECT_EQ(ours.at(name), expected.at(name)) << name;
}

}  // namespace
}  // namespace decibit
