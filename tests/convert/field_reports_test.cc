// SPDX-License-Identifier: Apache-2.0
// Kinds of fault that people met in converters, as small inputs with the right behaviour. Each test
// carries the number of its report; docs/differences.md and the reports' sources are public
// threads:
//   B002 whisper.cpp 3986, 2598   B003 mlx-vlm 624   B004 llama.cpp 12923, 5139   B005 mlx-lm 1836
//   B007 mlx-lm 425               B053 omlx 598      B054 mlx-lm 1159
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "command_line.h"
#include "host_tensors.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::CommandRun;
using testing::copy_golden_source;
using testing::expect_same_folder;
using testing::expect_same_tensors;
using testing::folder_content;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::host_tensor;
using testing::HostTensor;
using testing::HostTensors;
using testing::read_json_file;
using testing::read_tensors;
using testing::run_command;
using testing::run_convert;
using testing::ScratchFolder;
using testing::write_tensors;
using testing::write_text_file;

/// The tiny Whisper with some members of its config changed; null values stay in.
fs::path whisper_with_config(const fs::path& folder, const Json::Object& changes) {
  copy_golden_source("whisper", folder);
  Json config = read_json_file(folder / "config.json");
  for (const auto& [key, value] : changes) config.set(key, value);
  write_text_file(folder / "config.json", config.dump(2));
  return folder;
}

/// The tiny Whisper with some tensors changed.
template <class Change>
fs::path whisper_with_tensors(const fs::path& folder, Change change) {
  copy_golden_source("whisper", folder);
  HostTensors tensors = read_tensors(folder);
  change(tensors);
  write_tensors(folder / "model.safetensors", tensors);
  return folder;
}

void set_config(const fs::path& folder, std::string_view key, Json value) {
  Json config = read_json_file(folder / "config.json");
  config.set(key, std::move(value));
  write_text_file(folder / "config.json", config.dump(2));
}

HostTensor integers(DType dtype, Shape shape, int value) {
  const auto bytes = static_cast<std::size_t>(*size_bytes(shape, dtype));
  return {dtype, std::move(shape), std::vector<std::byte>(bytes, static_cast<std::byte>(value))};
}

// --- B002
// -----------------------------------------------------------------------------------------

TEST(FieldReports, B002_GenerationSettingsDoNotChangeTheModel) {
  const ScratchFolder scratch;
  ASSERT_EQ(run_convert(golden_source("whisper"), scratch / "plain").exit_code, 0);
  const HostTensors plain = read_tensors(scratch / "plain");
  ASSERT_EQ(plain.at("decoder.positional_embedding").shape, (Shape{16, 64}));
  const std::vector<Json::Object> variants = {
      {{"max_length", 1024}},
      {{"max_length", 20}},
      {{"max_length", Json()}, {"suppress_tokens", Json()}, {"forced_decoder_ids", Json()}}};
  for (std::size_t i = 0; i < variants.size(); ++i) {
    SCOPED_TRACE(i);
    const std::string name = "variant" + std::to_string(i);
    const fs::path source = whisper_with_config(scratch / (name + "-source"), variants[i]);
    const CommandRun run = run_convert(source, scratch / name);
    ASSERT_EQ(run.exit_code, 0) << run.err;
    expect_same_tensors(read_tensors(scratch / name), plain);
  }
}

TEST(FieldReports, B002_TheContextIsTheRowCountOfThePositionTable) {
  const ScratchFolder scratch;
  ASSERT_EQ(run_convert(golden_source("whisper"), scratch / "plain").exit_code, 0);
  const std::vector<Json> contexts = {448, 4, Json()};
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    SCOPED_TRACE(contexts[i].dump(-1));
    const std::string name = "context" + std::to_string(i);
    const fs::path source =
        whisper_with_config(scratch / (name + "-source"), {{"max_target_positions", contexts[i]}});
    const CommandRun run = run_convert(source, scratch / name);
    ASSERT_EQ(run.exit_code, 0) << run.err;
    expect_same_tensors(read_tensors(scratch / name), read_tensors(scratch / "plain"));
    if (contexts[i].is_null()) continue;
    EXPECT_THAT(run.err, AllOf(HasSubstr("max_target_positions"), HasSubstr("16")));
  }
}

// --- B003
// -----------------------------------------------------------------------------------------

/// The tiny Whisper in five shards with an index.
fs::path whisper_in_five_shards(const fs::path& folder) {
  copy_golden_source("whisper", folder);
  const HostTensors all = read_tensors(folder);
  fs::remove(folder / "model.safetensors");
  std::array<HostTensors, 5> shards;
  Json::Object map;
  std::size_t index = 0;
  for (const auto& [name, tensor] : all) {
    const std::size_t shard = index++ * shards.size() / all.size();
    shards[shard][name] = tensor;
    map.emplace_back(name, "model-0000" + std::to_string(shard + 1) + "-of-00005.safetensors");
  }
  for (std::size_t s = 0; s < shards.size(); ++s)
    write_tensors(folder / ("model-0000" + std::to_string(s + 1) + "-of-00005.safetensors"),
                  shards[s]);
  write_text_file(folder / "model.safetensors.index.json",
                  Json(Json::Object{{"metadata", Json::Object{{"total_size", 1}}},
                                    {"weight_map", std::move(map)}})
                      .dump(2));
  return folder;
}

TEST(FieldReports, B003_TheIndexNamesTheFilesOfTheResult) {
  const ScratchFolder scratch;
  const fs::path target = scratch / "out";
  const CommandRun run = run_convert(whisper_in_five_shards(scratch / "source"), target, {"-q"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json index = read_json_file(target / "model.safetensors.index.json");
  const HostTensors tensors = read_tensors(target);
  std::int64_t bytes = 0;
  for (const auto& [name, tensor] : tensors)
    bytes += static_cast<std::int64_t>(tensor.bytes.size());
  EXPECT_EQ(*index.find("metadata")->find("total_size"), Json(bytes));
  ASSERT_EQ(index.find("weight_map")->object()->size(), tensors.size());
  for (const auto& [name, file] : *index.find("weight_map")->object()) {
    EXPECT_TRUE(tensors.contains(name)) << name;
    EXPECT_TRUE(fs::exists(target / *file.string())) << *file.string();
  }
  EXPECT_TRUE(tensors.contains("encoder.blocks.0.mlp1.scales"));
  for (const auto& [name, content] : folder_content(target))
    EXPECT_EQ(name.find("-of-00005"), std::string::npos) << name << " comes from the source";
  const CommandRun verify = run_command({"inspect", target.string(), "--verify"});
  EXPECT_EQ(verify.exit_code, 0) << verify.out << verify.err;
}

// --- B004
// -----------------------------------------------------------------------------------------

void expect_refused(const CommandRun& run, const fs::path& target,
                    const std::vector<std::string>& words) {
  EXPECT_EQ(run.exit_code, 4) << run.err;
  EXPECT_THAT(run.err, ::testing::StartsWith("error: "));
  for (const std::string& word : words) EXPECT_THAT(run.err, HasSubstr(word));
  EXPECT_FALSE(fs::exists(target));
  EXPECT_FALSE(fs::exists(target.string() + ".partial"));
}

TEST(FieldReports, B004_BitsandbytesIsRefused) {
  const ScratchFolder scratch;
  const fs::path source = whisper_with_tensors(scratch / "source", [](HostTensors& tensors) {
    tensors["model.encoder.layers.0.fc1.weight"] = integers(DType::kI8, {256, 64}, 3);
    tensors["model.encoder.layers.0.fc1.SCB"] =
        host_tensor(DType::kF32, {256}, std::vector<float>(256, 1.F));
  });
  set_config(source, "quantization_config",
             Json::Object{{"quant_method", "bitsandbytes"}, {"load_in_8bit", true}});
  expect_refused(run_convert(source, scratch / "out"), scratch / "out",
                 {"bitsandbytes", "1 layer", "model.encoder.layers.0.fc1", "unquantized"});
}

TEST(FieldReports, B004_GptqIsRefused) {
  const ScratchFolder scratch;
  const fs::path source = whisper_with_tensors(scratch / "source", [](HostTensors& tensors) {
    const std::string layer = "model.encoder.layers.0.fc1.";
    tensors.erase(layer + "weight");
    tensors[layer + "qweight"] = integers(DType::kI32, {8, 256}, 1);
    tensors[layer + "qzeros"] = integers(DType::kI32, {1, 32}, 1);
    tensors[layer + "scales"] = host_tensor(DType::kF16, {1, 256}, std::vector<float>(256, 1.F));
    tensors[layer + "g_idx"] = integers(DType::kI32, {64}, 0);
  });
  set_config(source, "quantization_config", Json::Object{{"quant_method", "gptq"}, {"bits", 4}});
  expect_refused(run_convert(source, scratch / "out", {"-q"}), scratch / "out",
                 {"gptq", "1 layer", "model.encoder.layers.0.fc1", "unquantized"});
}

// An integer tensor that nothing explains is no weight either.
TEST(FieldReports, B004_IntegersAreNeverConvertedAsNumbers) {
  const ScratchFolder scratch;
  const fs::path source = whisper_with_tensors(scratch / "source", [](HostTensors& tensors) {
    tensors["model.encoder.layers.0.fc1.weight"] = integers(DType::kI8, {256, 64}, 3);
  });
  expect_refused(run_convert(source, scratch / "out"), scratch / "out",
                 {"model.encoder.layers.0.fc1.weight", "I8"});
}

// --- B005
// -----------------------------------------------------------------------------------------

/// Weights of one layer too small for the block scales of nvfp4.
fs::path whisper_with_a_faint_layer(const fs::path& folder) {
  return whisper_with_tensors(folder, [](HostTensors& tensors) {
    std::vector<float> values(256 * 64);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 2 == 0 ? 0.004F : -0.004F;
    tensors["model.encoder.layers.0.fc1.weight"] = host_tensor(DType::kF32, {256, 64}, values);
  });
}

TEST(FieldReports, B005_LayersThatVanishAreTold) {
  const ScratchFolder scratch;
  const fs::path source = whisper_with_a_faint_layer(scratch / "source");
  const CommandRun run = run_convert(source, scratch / "out", {"-q", "--q-mode", "nvfp4"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("encoder.blocks.0.mlp1 (1024 of 1024, SQNR 0.0 dB)"),
                             HasSubstr("affine or mxfp4")));
  const HostTensors tensors = read_tensors(scratch / "out");
  for (const char* part : {"weight", "scales"}) {
    const auto& bytes = tensors.at(std::string("encoder.blocks.0.mlp1.") + part).bytes;
    EXPECT_TRUE(std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; })) << part;
  }
}

TEST(FieldReports, B005_StrictRefusesLayersThatVanish) {
  const ScratchFolder scratch;
  const fs::path source = whisper_with_a_faint_layer(scratch / "source");
  const CommandRun run =
      run_convert(source, scratch / "out", {"-q", "--q-mode", "nvfp4", "--strict"});
  EXPECT_EQ(run.exit_code, 8);
  EXPECT_THAT(run.err, HasSubstr("encoder.blocks.0.mlp1 (1024 of 1024"));
  EXPECT_FALSE(fs::exists(scratch / "out"));
}

// --- B007
// -----------------------------------------------------------------------------------------

// Locally: before any weight is read. The weights are three holes of 2 GB, so reading them all
// would be noticed.
TEST(FieldReports, B007_AnUnsupportedArchitectureIsToldAtOnce) {
  const ScratchFolder scratch;
  const fs::path source = scratch / "vision-x";
  write_text_file(source / "config.json", R"({"model_type": "minicpmv"})");
  for (int shard = 1; shard <= 3; ++shard) {
    const fs::path file = source / ("model-0000" + std::to_string(shard) + "-of-00003.safetensors");
    const std::string header = R"({"part)" + std::to_string(shard) +
                               R"(.weight":{"dtype":"F32","shape":[8192,65536],"data_offsets":)"
                               R"([0,2147483648]}})";
    std::string start(8, '\0');
    start[0] = static_cast<char>(header.size());
    write_text_file(file, start + header);
    fs::resize_file(file, start.size() + header.size() + 2147483648U);
  }
  const CommandRun run = run_convert(source, scratch / "out");
  expect_refused(run, scratch / "out",
                 {"minicpmv", "known types: ", "whisper", "kokoro", "--model-type generic"});
  // The way out that the message names leads somewhere.
  const CommandRun generic =
      run_convert(source, scratch / "out", {"--model-type", "generic", "-q", "--dry-run"});
  EXPECT_EQ(generic.exit_code, 0) << generic.err;
}

// --- B053
// -----------------------------------------------------------------------------------------

TEST(FieldReports, B053_TheSpeechTokenizerFolderIsCopiedWhole) {
  const ScratchFolder scratch;
  const fs::path source = copy_golden_source("q3tts", scratch / "source");
  const CommandRun run = run_convert(source, scratch / "out", {"-q"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  expect_same_folder(scratch / "out" / "speech_tokenizer", source / "speech_tokenizer");
  EXPECT_TRUE(fs::exists(scratch / "out" / "speech_tokenizer" / "model.safetensors"));
}

// --- B054
// -----------------------------------------------------------------------------------------

TEST(FieldReports, B054_AnEmptyFolderIsFilledAndAFullOneIsLeftAlone) {
  const ScratchFolder scratch;
  const fs::path target = scratch / "out";
  fs::create_directories(target);
  const CommandRun first = run_convert(golden_source("whisper"), target);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  const auto content = folder_content(target);
  EXPECT_TRUE(content.contains("model.safetensors"));

  const CommandRun second = run_convert(golden_source("whisper"), target, {"-q"});
  EXPECT_EQ(second.exit_code, 3);
  EXPECT_THAT(second.err, AllOf(HasSubstr(target.string()), HasSubstr("--force")));
  EXPECT_EQ(folder_content(target), content);
}

TEST(FieldReports, B054_ForceLeavesNoStaleShard) {
  const ScratchFolder scratch;
  const fs::path target = scratch / "out", fresh = scratch / "fresh";
  ASSERT_EQ(run_convert(golden_source("whisper"), target).exit_code, 0);
  fs::copy(target / "model.safetensors", target / "model-00002-of-00002.safetensors");
  const CommandRun forced = run_convert(golden_source("whisper"), target, {"-q", "--force"});
  ASSERT_EQ(forced.exit_code, 0) << forced.err;
  ASSERT_EQ(run_convert(golden_source("whisper"), fresh, {"-q"}).exit_code, 0);
  expect_same_folder(target, fresh);
}

}  // namespace
}  // namespace decibit
