// SPDX-License-Identifier: Apache-2.0
// --model-type, --model-domain and --layout: which model it is and in which order its convolutions
// are written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "convert/plan.h"
#include "host_tensors.h"
#include "models/source_model.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::CommandRun;
using testing::copy_golden_source;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::HostTensors;
using testing::read_json_file;
using testing::read_tensors;
using testing::run_convert;
using testing::ScratchFolder;
using testing::write_text_file;

// --- which model
// ----------------------------------------------------------------------------------

TEST(ModelChoice, IsToldWithItsReason) {
  const ScratchFolder scratch;
  EXPECT_THAT(run_convert(golden_source("whisper"), scratch / "a").out,
              HasSubstr("config.json model_type \"whisper\""));
  EXPECT_THAT(run_convert(golden_source("kokoro"), scratch / "b", {"--dry-run"}).out,
              HasSubstr("config.json keys (istftnet, plbert)"));
}

TEST(ModelChoice, AFlagOverridesTheConfig) {
  const ScratchFolder scratch;
  const fs::path source = copy_golden_source("whisper", scratch / "source");
  Json config = read_json_file(source / "config.json");
  config.set("model_type", "my_finetune");
  config.erase("architectures");
  write_text_file(source / "config.json", config.dump(2));
  EXPECT_EQ(run_convert(source, scratch / "refused").exit_code, 4);
  const CommandRun run = run_convert(source, scratch / "out", {"--model-type", "whisper"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(*read_json_file(scratch / "out" / "config.json").find("model_type"), Json("whisper"));
}

TEST(ModelChoice, AnotherModelsTypeListsWhatDoesNotFit) {
  const ScratchFolder scratch;
  const CommandRun run =
      run_convert(golden_source("q3lm"), scratch / "out", {"--model-type", "qwen2_audio"});
  EXPECT_EQ(run.exit_code, 4) << run.err;
  EXPECT_FALSE(fs::exists(scratch / "out"));
}

TEST(ModelChoice, UnknownTypesAndDomainsAreUsageErrors) {
  const ScratchFolder scratch;
  for (const std::vector<std::string>& flags : std::vector<std::vector<std::string>>{
           {"--model-type", "whispr"}, {"--model-domain", "video"}}) {
    const CommandRun run = run_convert(golden_source("whisper"), scratch / "out", flags);
    EXPECT_EQ(run.exit_code, 2) << flags[0];
    EXPECT_THAT(run.err, HasSubstr(flags[1]));
  }
}

TEST(ModelChoice, ADomainAgreesOrContradicts) {
  const ScratchFolder scratch;
  EXPECT_EQ(
      run_convert(golden_source("whisper"), scratch / "stt", {"--model-domain", "stt"}).exit_code,
      0);
  const CommandRun run =
      run_convert(golden_source("whisper"), scratch / "tts", {"--model-domain", "tts"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("tts"), HasSubstr("whisper is a stt model")));
}

TEST(ModelChoice, GenericKeepsNamesAndQuantizesMatrices) {
  const ScratchFolder scratch;
  const CommandRun run =
      run_convert(golden_source("whisper"), scratch / "out", {"--model-type", "generic", "-q"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const HostTensors before = read_tensors(golden_source("whisper"));
  const HostTensors after = read_tensors(scratch / "out");
  for (const auto& [name, tensor] : before) {
    ASSERT_TRUE(after.contains(name)) << name;
    const bool is_matrix = tensor.shape.size() == 2 && name.ends_with(".weight");
    if (!is_matrix) {
      EXPECT_EQ(after.at(name), tensor) << name;
      continue;
    }
    const std::string path = name.substr(0, name.rfind('.'));
    EXPECT_EQ(after.at(name).dtype, DType::kU32) << name;
    EXPECT_TRUE(after.contains(path + ".scales")) << name;
    EXPECT_TRUE(after.contains(path + ".biases")) << name;
  }
}

// --- which order
// ----------------------------------------------------------------------------------

struct Order {
  const char* source;
  const char* conv;  // a convolution's name in the schema
  Shape mlx, torch;
};

Shape planned_shape(const Order& order, OutputLayout layout, bool quantize) {
  Reporter silent;
  const auto source = open_source_model(golden_source(order.source), {}, silent);
  EXPECT_TRUE(source);
  ConvertOptions options;
  options.layout = layout;
  options.quantize = quantize;
  const auto plan = make_plan({source->schema, source->weights, source->config,
                               source->checkpoint->metadata, options, *find_table("reference")});
  EXPECT_TRUE(plan);
  for (const Piece& piece : plan->pieces)
    if (piece.name == order.conv) return piece.shape;
  ADD_FAILURE() << order.conv << " is not written";
  return {};
}

// mlx-audio transposes these again when it loads a folder without scales.
TEST(Layout, AutoWritesWhatTheLoaderExpects) {
  const Order orders[] = {
      {"kokoro", "text_encoder.cnn.0.0.weight_v", {64, 5, 64}, {64, 64, 5}},
      {"kokoro", "decoder.generator.ups.0.weight_v", {64, 20, 32}, {64, 32, 20}},
      {"q2a", "audio_tower.conv1.weight", {64, 3, 32}, {64, 32, 3}}};
  for (const Order& order : orders) {
    SCOPED_TRACE(order.conv);
    EXPECT_EQ(planned_shape(order, OutputLayout::kAuto, false), order.torch);
    EXPECT_EQ(planned_shape(order, OutputLayout::kTorch, false), order.torch);
    EXPECT_EQ(planned_shape(order, OutputLayout::kMlx, false), order.mlx);
    EXPECT_EQ(planned_shape(order, OutputLayout::kAuto, true), order.mlx);
    EXPECT_EQ(planned_shape(order, OutputLayout::kMlx, true), order.mlx);
  }
  const Order whisper = {"whisper", "encoder.conv1.weight", {64, 3, 16}, {64, 16, 3}};
  EXPECT_EQ(planned_shape(whisper, OutputLayout::kAuto, false), whisper.mlx);
  EXPECT_EQ(planned_shape(whisper, OutputLayout::kTorch, false), whisper.torch);
}

// Both orders hold the same numbers, so each can be made of the other.
TEST(Layout, EitherOrderIsASourceOfTheOther) {
  const ScratchFolder scratch;
  const auto convert = [&](const fs::path& source, const char* target, const char* layout) {
    const CommandRun run = run_convert(source, scratch / target, {"--layout", layout});
    ASSERT_EQ(run.exit_code, 0) << run.err;
  };
  convert(golden_source("q2a"), "torch", "torch");
  convert(golden_source("q2a"), "mlx", "mlx");
  convert(scratch / "torch", "mlx-of-torch", "mlx");
  convert(scratch / "mlx", "torch-of-mlx", "torch");
  testing::expect_same_folder(scratch / "mlx-of-torch", scratch / "mlx");
  testing::expect_same_folder(scratch / "torch-of-mlx", scratch / "torch");
  EXPECT_EQ(read_tensors(scratch / "torch").at("audio_tower.conv1.weight"),
            read_tensors(golden_source("q2a")).at("audio_tower.conv1.weight"));
  EXPECT_NE(read_tensors(scratch / "mlx").at("audio_tower.conv1.weight"),
            read_tensors(scratch / "torch").at("audio_tower.conv1.weight"));
}

}  // namespace
}  // namespace decibit
