// SPDX-License-Identifier: Apache-2.0
// decibit inspect: results of ours are sound; each thing that can be wrong with a folder is found
// and named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "command_line.h"
#include "convert/regex.h"
#include "host_tensors.h"
#include "io/json.h"
#include "io/safetensors.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

CommandRun inspect(const fs::path& path, std::vector<std::string> flags = {}) {
  flags.insert(flags.begin(), {"inspect", path.string()});
  return run_command(flags);
}

/// A quantized result that a test may spoil.
fs::path converted(const ScratchFolder& folder, const std::vector<std::string>& flags) {
  const fs::path target = folder / "converted";
  const CommandRun run = run_convert(golden_source("whisper"), target, flags);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return target;
}

/// Exit 4, and `text` among the problems.
void expect_problem(const CommandRun& run, const std::string& text) {
  EXPECT_EQ(run.exit_code, 4) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr(text));
  EXPECT_THAT(run.err, ContainsRegex("error: [0-9]+ problems? found in "));
}

void change_config(const fs::path& folder, const std::function<void(Json&)>& change) {
  Json config = read_json_file(folder / "config.json");
  change(config);
  write_text_file(folder / "config.json", config.dump(4));
}

/// Overwrites the first bytes of a tensor in place.
void poke(const fs::path& folder, const std::string& tensor_name, const std::string& bytes) {
  const auto file = open_safetensors(folder / "model.safetensors");
  ASSERT_TRUE(file);
  for (const Tensor& tensor : file->tensors) {
    if (tensor.name != tensor_name) continue;
    std::fstream stream(folder / "model.safetensors",
                        std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(tensor.offset));
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return;
  }
  FAIL() << "no tensor " << tensor_name;
}

TEST(Inspect, ResultsOfOursAreSound) {
  for (const std::vector<std::string>& flags : {std::vector<std::string>{},
                                                {"-q"},
                                                {"-q", "--q-mode", "mxfp4"},
                                                {"-q", "--q-mode", "nvfp4"},
                                                {"-q", "--q-mode", "mxfp8"},
                                                {"-q", "--max-shard-size", "200kB"},
                                                {"-q", "--rule", "decoder=8:32"}}) {
    const ScratchFolder folder;
    const CommandRun run = inspect(converted(folder, flags), {"--verify"});
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("stt/whisper"));
    EXPECT_THAT(run.out, HasSubstr("nothing wrong found (all data were read)"));
  }
}

TEST(Inspect, SourcesInForeignNamesAreUnderstood) {
  for (const char* source : {"whisper", "kokoro", "whisper_sharded", "q3tts", "vxrt"}) {
    const CommandRun run = inspect(golden_source(source), {"--verify"});
    EXPECT_EQ(run.exit_code, 0) << source << "\n" << run.out << run.err;
    EXPECT_THAT(run.out, Not(HasSubstr("(unknown)"))) << source;
  }
}

TEST(Inspect, JsonHoldsTensorsAndConfigWhenAsked) {
  const ScratchFolder folder;
  const fs::path path = converted(folder, {"-q"});
  const auto json = Json::parse(inspect(path, {"--json", "--tensors=mlp1", "--config"}).out);
  ASSERT_TRUE(json);
  EXPECT_EQ(*json->find("schema")->string(), "decibit.inspect/1");
  EXPECT_TRUE(*json->find("ok")->boolean());
  EXPECT_NE(json->find("config")->find("quantization"), nullptr);
  const Json::Array& tensors = *json->find("tensors")->array();
  ASSERT_FALSE(tensors.empty());
  for (const Json& tensor : tensors) EXPECT_THAT(*tensor.find("name")->string(), HasSubstr("mlp1"));
  EXPECT_EQ(*tensors.back().find("method")->string(), "affine 4:64");
}

TEST(Inspect, PathAndPatternMayComeInAnyOrder) {
  const std::string path = golden_source("whisper").string();
  const std::string expected = run_command({"inspect", path, "--tensors"}).out;
  EXPECT_EQ(run_command({"inspect", "--tensors", path}).out, expected);
  EXPECT_THAT(run_command({"inspect", "--tensors", "conv1", path}).out, HasSubstr("conv1"));
  EXPECT_EQ(run_command({"inspect", "--tensors", "conv1"}).exit_code, 3);
}

TEST(Inspect, TensorsAreFoundByTheNameInTheFileAndByMlxs) {
  const std::string path = golden_source("whisper").string();
  const std::string table = run_command({"inspect", path, "--tensors=fc1"}).out;
  EXPECT_THAT(table, HasSubstr("name in MLX"));
  EXPECT_THAT(table, HasSubstr("decoder.blocks.0.mlp1.weight"));
  EXPECT_EQ(run_command({"inspect", path, "--tensors=mlp1"}).out, table);
  const CommandRun none = run_command({"inspect", path, "--tensors=zzz"});
  EXPECT_EQ(none.exit_code, 0);
  EXPECT_THAT(none.out, HasSubstr("no tensor matches"));
}

TEST(Inspect, AnyFileOfWeightsCanBeLookedAt) {
  const ScratchFolder folder;
  write_tensors(folder / "x.safetensors",
                {{"anything", host_tensor(DType::kBF16, {2, 3}, {1, 2, 3, 4, 5, 6})}});
  const CommandRun run = inspect(folder / "x.safetensors", {"--tensors", "--verify"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("anything"));
  EXPECT_THAT(run.out, HasSubstr("[2, 3]"));
  EXPECT_THAT(run.out, HasSubstr("BF16"));
  write_text_file(folder / "notes.txt", "no weights");
  EXPECT_EQ(inspect(folder / "notes.txt").exit_code, 4);
  EXPECT_EQ(inspect(folder / "missing").exit_code, 3);
}

TEST(Inspect, UnaccountedBytesAreCounted) {  // field report B009, file f
  const ScratchFolder folder;
  const fs::path path = converted(folder, {});
  std::ofstream(path / "model.safetensors", std::ios::app | std::ios::binary)
      << std::string(16, 'x');
  expect_problem(inspect(path), "16 unaccounted bytes");
}

TEST(Inspect, ConfigsThatContradictTheTensorsAreFound) {
  const ScratchFolder folder;
  // Codes and scales of 5 bits can mean nothing else, so the tensors prove the config wrong.
  const fs::path path = converted(folder, {"-q", "--q-bits", "5"});
  change_config(path, [](Json& config) {
    for (const char* key : {"quantization", "quantization_config"})
      config.find(key)->set("bits", 8);
  });
  expect_problem(inspect(path), "quantized otherwise than config.json says");
  change_config(path, [](Json& config) { config.find("quantization")->set("bits", 5); });
  expect_problem(inspect(path), "quantization and quantization_config differ");
  change_config(path, [](Json& config) {
    config.erase("quantization");
    config.erase("quantization_config");
  });
  expect_problem(inspect(path), "config.json has no quantization");
}

TEST(Inspect, LayersThatCannotBeReadAreTheOnlyProblem) {
  const ScratchFolder folder;
  const fs::path path = converted(folder, {"-q"});
  change_config(path, [](Json& config) {  // 4:64, 8:32 and 2:128 look the same without it
    config.erase("quantization");
    config.erase("quantization_config");
  });
  expect_problem(inspect(path), "33 quantized layers cannot be read");
  EXPECT_THAT(inspect(path).out, HasSubstr("1 problem found"));
}

TEST(Inspect, AQuantizationWithoutQuantizedTensorsIsFound) {
  // What mlx-audio writes when the group size divides no layer.
  const ScratchFolder folder;
  const fs::path path = converted(folder, {});
  change_config(path, [](Json& config) {
    Json quantization;
    quantization.set("group_size", 48);
    quantization.set("bits", 4);
    config.set("quantization", quantization);
  });
  expect_problem(inspect(path), "no tensor is quantized");
}

TEST(Inspect, IndexesThatDoNotFitTheirFilesAreFound) {  // field report B003
  const ScratchFolder folder;
  const fs::path path = converted(folder, {});
  const fs::path index_path = path / "model.safetensors.index.json";
  const Json good = read_json_file(index_path);
  Json index = good;
  index.find("weight_map")->set("phantom.weight", "model.safetensors");
  write_text_file(index_path, index.dump(4));
  EXPECT_EQ(inspect(path).exit_code, 4);
  index = good;
  const std::string first = index.find("weight_map")->object()->front().first;
  index.find("weight_map")->erase(first);
  write_text_file(index_path, index.dump(4));
  expect_problem(inspect(path), first);
  index = good;
  index.find("metadata")->set("total_size", 1);
  write_text_file(index_path, index.dump(4));
  expect_problem(inspect(path), "total_size is 1");
}

TEST(Inspect, MissingAndUnexpectedTensorsAreListed) {
  const ScratchFolder folder;
  const fs::path path = converted(folder, {});
  HostTensors tensors = read_tensors(path);
  tensors.erase("encoder.conv1.bias");
  tensors["stranger"] = host_tensor(DType::kF16, {1}, {1});
  fs::remove(path / "model.safetensors.index.json");
  write_tensors(path / "model.safetensors", tensors, "mlx");
  const CommandRun run = inspect(path);
  expect_problem(run, "encoder.conv1.bias");
  expect_problem(run, "stranger");
  const auto json = Json::parse(inspect(path, {"--json"}).out);
  ASSERT_TRUE(json);
  EXPECT_FALSE(*json->find("ok")->boolean());
  EXPECT_EQ(*json->find("error")->find("code")->integer(), 4);
}

TEST(Inspect, ValuesThatNoWeightHasAreFoundByReadingAll) {
  const std::string nan32("\x00\x00\xC0\x7F", 4);
  struct Case {
    std::vector<std::string> flags;
    const char* tensor;
    std::string bytes;
    const char* found;
  };
  for (const Case& c : {Case{{}, "encoder.conv1.bias", nan32, "NaN or infinity at element 0"},
                        Case{{"-q"}, "decoder.token_embedding.scales", nan32, "NaN or infinity"},
                        Case{{"-q"}, "decoder.token_embedding.biases", nan32, "NaN or infinity"},
                        Case{{"-q", "--q-mode", "mxfp4"},
                             "decoder.token_embedding.scales",
                             "\xFF",
                             "a NaN scale at byte 0"},
                        Case{{"-q", "--q-mode", "nvfp4"},
                             "decoder.token_embedding.scales",
                             "\x7F",
                             "a NaN scale at byte 0"},
                        Case{{"-q", "--q-mode", "mxfp8"},
                             "decoder.token_embedding.weight",
                             "\xFF",
                             "a NaN code at byte 0"}}) {
    const ScratchFolder folder;
    const fs::path path = converted(folder, c.flags);
    poke(path, c.tensor, c.bytes);
    EXPECT_EQ(inspect(path).exit_code, 0) << "headers know nothing of it";
    expect_problem(inspect(path, {"--verify"}), std::string(c.tensor) + ": " + c.found);
  }
}

TEST(Inspect, PatternsAreCheckedAndSearchAnywhere) {
  const auto regex = Regex::compile("layers\\.[0-2]\\.fc1$");
  ASSERT_TRUE(regex);
  EXPECT_TRUE(regex->search("model.layers.1.fc1"));
  EXPECT_FALSE(regex->search("model.layers.3.fc1"));
  EXPECT_FALSE(regex->search("model.layers.1.fc1.weight"));
  const auto wrong = Regex::compile("a(b");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kUsage);
  EXPECT_THAT(wrong.error().where, HasSubstr("byte 3"));
}

TEST(Inspect, AHostilePatternEnds) {
  const auto regex = Regex::compile("(a+)+$");
  ASSERT_TRUE(regex);
  EXPECT_FALSE(regex->search(std::string(200, 'a') + "!"));
}

}  // namespace
}  // namespace decibit::testing
