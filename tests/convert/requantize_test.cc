// SPDX-License-Identifier: Apache-2.0
// A quantized MLX folder as a source. The laws:
//   -d              gives what the scalar rules dequantize
//   no flags        gives the same folder
//   -q as it was    gives the same folder
//   -q otherwise    is -q of what -d gives
//   --dtype         rounds scales, biases and dense tensors, and touches no code
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "host_tensors.h"
#include "quant/scheme.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using testing::CommandRun;
using testing::dequantized_tensors;
using testing::expect_same_folder;
using testing::expect_same_tensors;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::host_tensor;
using testing::HostTensor;
using testing::HostTensors;
using testing::read_json_file;
using testing::read_tensors;
using testing::run_convert;
using testing::ScratchFolder;
using testing::values_of;
using testing::write_text_file;

using Flags = std::vector<std::string>;

void convert_or_fail(const fs::path& source, const fs::path& target, const Flags& flags) {
  const CommandRun run = run_convert(source, target, flags);
  ASSERT_EQ(run.exit_code, 0) << run.err;
}

Flags quantize_flags(const Scheme& scheme) {
  return {"-q",
          "--q-mode",
          std::string(name(scheme.mode())),
          "--q-bits",
          std::to_string(scheme.bits()),
          "--q-group-size",
          std::to_string(scheme.group_size())};
}

class EveryScheme : public ::testing::TestWithParam<Scheme> {
 protected:
  void SetUp() override {
    convert_or_fail(source_, scratch_ / "quantized", quantize_flags(GetParam()));
  }

  fs::path source_ = golden_source("q3lm_f32");
  ScratchFolder scratch_;
};

TEST_P(EveryScheme, DequantizingFollowsTheScalarRules) {
  convert_or_fail(scratch_ / "quantized", scratch_ / "dense", {"-d"});
  expect_same_tensors(read_tensors(scratch_ / "dense"),
                      dequantized_tensors(scratch_ / "quantized"));
  // Its config is that of a conversion that never quantized.
  convert_or_fail(source_, scratch_ / "plain", {});
  EXPECT_EQ(read_json_file(scratch_ / "dense" / "config.json"),
            read_json_file(scratch_ / "plain" / "config.json"));
}

TEST_P(EveryScheme, WithoutFlagsNothingChanges) {
  convert_or_fail(scratch_ / "quantized", scratch_ / "copy", {});
  expect_same_folder(scratch_ / "copy", scratch_ / "quantized");
}

TEST_P(EveryScheme, TheSameSchemeAgainChangesNothing) {
  convert_or_fail(scratch_ / "quantized", scratch_ / "again", quantize_flags(GetParam()));
  expect_same_folder(scratch_ / "again", scratch_ / "quantized");
}

TEST_P(EveryScheme, AnotherSchemeQuantizesTheDequantizedWeights) {
  const Flags other = GetParam() == *Scheme::make(Mode::kAffine, 3, 32)
                          ? Flags{"-q", "--q-bits", "6"}
                          : Flags{"-q", "--q-bits", "3", "--q-group-size", "32"};
  convert_or_fail(scratch_ / "quantized", scratch_ / "direct", other);
  convert_or_fail(scratch_ / "quantized", scratch_ / "dense", {"-d"});
  convert_or_fail(scratch_ / "dense", scratch_ / "by-hand", other);
  expect_same_folder(scratch_ / "direct", scratch_ / "by-hand");
}

std::string scheme_name(const ::testing::TestParamInfo<Scheme>& info) {
  return std::string(name(info.param.mode())) + std::to_string(info.param.bits()) + "g" +
         std::to_string(info.param.group_size());
}

INSTANTIATE_TEST_SUITE_P(Requantize, EveryScheme, ::testing::ValuesIn(all_schemes()), scheme_name);

// --- change of type
// -------------------------------------------------------------------------------

HostTensor rounded(const HostTensor& tensor, DType dtype) {
  return host_tensor(dtype, tensor.shape, values_of(tensor));
}

bool is_float_tensor(const HostTensor& tensor) { return is_mlx_float(tensor.dtype); }

class ChangeOfType : public ::testing::TestWithParam<const char*> {};

TEST_P(ChangeOfType, RoundsWhatIsNoCode) {
  const ScratchFolder scratch;
  convert_or_fail(golden_source("q3lm_f32"), scratch / "f32", {"-q", "--q-mode", GetParam()});
  convert_or_fail(scratch / "f32", scratch / "bf16", {"--dtype", "bfloat16"});
  HostTensors expected = read_tensors(scratch / "f32");
  for (auto& [name, tensor] : expected)
    if (is_float_tensor(tensor)) tensor = rounded(tensor, DType::kBF16);
  expect_same_tensors(read_tensors(scratch / "bf16"), expected);
  const Json config = read_json_file(scratch / "bf16" / "config.json");
  EXPECT_EQ(*config.find("quantization"),
            *read_json_file(scratch / "f32" / "config.json").find("quantization"));
}

INSTANTIATE_TEST_SUITE_P(Requantize, ChangeOfType,
                         ::testing::Values("affine", "mxfp4", "mxfp8", "nvfp4"));

TEST(Requantize, DequantizingToATypeAskedFor) {
  const ScratchFolder scratch;
  convert_or_fail(golden_source("q3lm_f32"), scratch / "q4", {"-q"});
  convert_or_fail(scratch / "q4", scratch / "f16", {"-d", "--dtype", "float16"});
  HostTensors expected = dequantized_tensors(scratch / "q4");
  for (auto& [name, tensor] : expected)
    if (is_float_tensor(tensor)) tensor = rounded(tensor, DType::kF16);
  expect_same_tensors(read_tensors(scratch / "f16"), expected);
}

// --- config.json
// ----------------------------------------------------------------------------------

TEST(Requantize, DequantizingDropsTheKeys) {
  const ScratchFolder scratch;
  convert_or_fail(golden_source("whisper"), scratch / "q4", {"-q"});
  const Json before = read_json_file(scratch / "q4" / "config.json");
  ASSERT_NE(before.find("quantization"), nullptr);
  ASSERT_EQ(*before.find("quantization_config"), *before.find("quantization"));
  convert_or_fail(scratch / "q4", scratch / "dense", {"-d"});
  const Json config = read_json_file(scratch / "dense" / "config.json");
  EXPECT_EQ(config.find("quantization"), nullptr);
  EXPECT_EQ(config.find("quantization_config"), nullptr);
}

TEST(Requantize, OneLayerDequantizedByARule) {
  const ScratchFolder scratch;
  const std::string layer = "model.layers.3.mlp.up_proj";
  convert_or_fail(golden_source("q3lm_f32"), scratch / "q4", {"-q"});
  convert_or_fail(scratch / "q4", scratch / "mixed",
                  {"--rule", R"(^model\.layers\.3\.mlp\.up_proj\.weight$=f16)"});
  HostTensors expected = read_tensors(scratch / "q4");
  expected[layer + ".weight"] =
      rounded(dequantized_tensors(scratch / "q4").at(layer + ".weight"), DType::kF16);
  expected.erase(layer + ".scales");
  expected.erase(layer + ".biases");
  expect_same_tensors(read_tensors(scratch / "mixed"), expected);
}

/// The folder of `source` with "quantization" and its twin replaced, or removed by a null.
fs::path with_quantization(const fs::path& source, const fs::path& folder, const Json& entry) {
  fs::copy(source, folder, fs::copy_options::recursive);
  Json config = read_json_file(folder / "config.json");
  for (const char* key : {"quantization", "quantization_config"}) {
    config.erase(key);
    if (!entry.is_null()) config.set(key, entry);
  }
  write_text_file(folder / "config.json", config.dump(4));
  return folder;
}

Json entry(int group_size, int bits, const char* mode) {
  return Json::Object{{"group_size", group_size}, {"bits", bits}, {"mode", mode}};
}

// 4:64 and 8:32 store a row in tensors of the same shape: only the config can tell, and it has to.
TEST(Requantize, AConfigThatDoesNotTellIsRefused) {
  const ScratchFolder scratch;
  convert_or_fail(golden_source("q3lm_f32"), scratch / "q4", {"-q"});
  const std::vector<std::pair<std::string, Json>> configs = {{"none", Json()},
                                                             {"other", entry(32, 3, "affine")}};
  for (const auto& [name, quantization] : configs) {
    SCOPED_TRACE(name);
    const fs::path source = with_quantization(scratch / "q4", scratch / name, quantization);
    const CommandRun run = run_convert(source, scratch / "out", {"-d"});
    EXPECT_EQ(run.exit_code, 4);
    EXPECT_THAT(run.err, HasSubstr("4:64"));
    EXPECT_THAT(run.err, HasSubstr("8:32"));
    EXPECT_THAT(run.err, HasSubstr("config.json"));
    EXPECT_FALSE(fs::exists(scratch / "out"));
  }
}

TEST(Requantize, AConfigThatContradictsTheModelIsRefused) {
  const ScratchFolder scratch;
  convert_or_fail(golden_source("q3lm_f32"), scratch / "q4", {"-q"});
  const fs::path source =
      with_quantization(scratch / "q4", scratch / "lying", entry(32, 8, "affine"));
  const CommandRun run = run_convert(source, scratch / "out", {"-d"});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, HasSubstr("model.embed_tokens.weight: expected [192, 64], found [192, 32]"));
  EXPECT_FALSE(fs::exists(scratch / "out"));
}

// Only one mode fits these tensors, so what the config says is put right.
TEST(Requantize, AWrongConfigIsPutRightWhereTheTensorsTell) {
  const ScratchFolder scratch;
  convert_or_fail(golden_source("q3lm_f32"), scratch / "mxfp4", {"-q", "--q-mode", "mxfp4"});
  const fs::path source =
      with_quantization(scratch / "mxfp4", scratch / "lying", entry(16, 4, "nvfp4"));
  convert_or_fail(source, scratch / "copy", {});
  expect_same_folder(scratch / "copy", scratch / "mxfp4");
}

// Layers with entries of their own keep them.
TEST(Requantize, AMixedFolderIsCopiedWithItsEntries) {
  const ScratchFolder scratch;
  convert_or_fail(golden_source("q3lm_f32"), scratch / "mixed",
                  {"-q", "--quant-predicate", "mixed_3_6"});
  convert_or_fail(scratch / "mixed", scratch / "copy", {});
  expect_same_tensors(read_tensors(scratch / "copy"), read_tensors(scratch / "mixed"));
  const CommandRun verify = testing::run_command({"inspect", (scratch / "copy").string()});
  EXPECT_EQ(verify.exit_code, 0) << verify.out;
  convert_or_fail(scratch / "mixed", scratch / "dense", {"-d"});
  expect_same_tensors(read_tensors(scratch / "dense"), dequantized_tensors(scratch / "mixed"));
}

}  // namespace
}  // namespace decibit
