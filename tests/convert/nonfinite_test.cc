// SPDX-License-Identifier: Apache-2.0
// NaN, infinity and overflow: a weight that cannot be quantized stops the conversion with its name
// and index, or stays dense when that was asked for; a type too narrow is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "command_line.h"
#include "host_tensors.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::CommandRun;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::host_tensor;
using testing::HostTensors;
using testing::read_json_file;
using testing::read_tensors;
using testing::run_convert;
using testing::ScratchFolder;
using testing::values_of;
using testing::write_tensors;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
const std::string kLayer = "model.layers.2.mlp.up_proj";

/// A golden source with one element of one tensor replaced.
fs::path source_with(const fs::path& folder, const std::string& id, const std::string& tensor,
                     std::size_t index, float value) {
  testing::copy_golden_source(id, folder);
  HostTensors tensors = read_tensors(folder);
  std::vector<float> values = values_of(tensors.at(tensor));
  values.at(index) = value;
  tensors[tensor] = host_tensor(tensors.at(tensor).dtype, tensors.at(tensor).shape, values);
  write_tensors(folder / "model.safetensors", tensors);
  return folder;
}

TEST(NonFinite, StopsTheQuantizationWithNameAndIndex) {
  for (const float value : {kNan, kInfinity, -kInfinity}) {
    for (const char* mode : {"affine", "mxfp4", "mxfp8", "nvfp4"}) {
      SCOPED_TRACE(std::string(mode) + " " + std::to_string(value));
      const ScratchFolder scratch;
      // Row 127 of 128, column 5 of 64; in BF16, as the source is.
      const fs::path source =
          source_with(scratch / "source", "q3lm", kLayer + ".weight", 127 * 64 + 5, value);
      const CommandRun run = run_convert(source, scratch / "out", {"-q", "--q-mode", mode});
      EXPECT_EQ(run.exit_code, 4);
      EXPECT_THAT(run.err, AllOf(HasSubstr(kLayer + ".weight"), HasSubstr("[127, 5]"),
                                 HasSubstr("--allow-nonfinite")));
      EXPECT_FALSE(fs::exists(scratch / "out"));
    }
  }
}

TEST(NonFinite, IsNoMatterWhereNothingIsQuantized) {
  const ScratchFolder scratch;
  const fs::path source = source_with(scratch / "source", "q3lm", "model.norm.weight", 3, kNan);
  EXPECT_EQ(run_convert(source, scratch / "plain").exit_code, 0);
  const CommandRun run = run_convert(source, scratch / "q4", {"-q"});  // a norm is never quantized
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(read_tensors(scratch / "q4").at("model.norm.weight"),
            read_tensors(source).at("model.norm.weight"));
}

TEST(NonFinite, AllowedItKeepsThatTensorDenseAndSaysSo) {
  const ScratchFolder scratch;
  const fs::path source = source_with(scratch / "source", "q3lm", kLayer + ".weight", 7, kNan);
  const CommandRun run = run_convert(source, scratch / "out",
                                     {"-q", "--allow-nonfinite", "--quant-predicate", "mixed_4_6"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr(kLayer + ".weight kept dense"));

  ASSERT_EQ(run_convert(golden_source("q3lm"), scratch / "clean",
                        {"-q", "--quant-predicate", "mixed_4_6"})
                .exit_code,
            0);
  HostTensors expected = read_tensors(scratch / "clean");
  expected[kLayer + ".weight"] = read_tensors(source).at(kLayer + ".weight");
  expected.erase(kLayer + ".scales");
  expected.erase(kLayer + ".biases");
  testing::expect_same_tensors(read_tensors(scratch / "out"), expected);
  // Its entry in config.json would make a loader expect scales.
  EXPECT_EQ(read_json_file(scratch / "out" / "config.json").find("quantization")->find(kLayer),
            nullptr);
}

TEST(NonFinite, StrictRefusesToKeepItDense) {
  const ScratchFolder scratch;
  const fs::path source = source_with(scratch / "source", "q3lm", kLayer + ".weight", 7, kInfinity);
  const CommandRun run =
      run_convert(source, scratch / "out", {"-q", "--allow-nonfinite", "--strict"});
  EXPECT_EQ(run.exit_code, 8);
  EXPECT_THAT(run.err, HasSubstr(kLayer));
  EXPECT_FALSE(fs::exists(scratch / "out"));
}

TEST(NonFinite, ATypeTooNarrowIsTold) {
  const ScratchFolder scratch;
  const fs::path source =
      source_with(scratch / "source", "q3lm_f32", "model.norm.weight", 3, 70000.F);
  const CommandRun run = run_convert(source, scratch / "out", {"--dtype", "float16"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("model.norm.weight: weights became infinite"),
                             HasSubstr("F32 to F16")));
  EXPECT_EQ(values_of(read_tensors(scratch / "out").at("model.norm.weight"))[3], kInfinity);
  EXPECT_EQ(run_convert(source, scratch / "strict", {"--dtype", "float16", "--strict"}).exit_code,
            8);
  EXPECT_FALSE(fs::exists(scratch / "strict"));
  // BF16 has F32's range.
  EXPECT_THAT(run_convert(source, scratch / "bf16", {"--dtype", "bfloat16"}).out,
              ::testing::Not(HasSubstr("became infinite")));
}

// The cast comes first, so the message has to say that the source is finite.
TEST(NonFinite, OverflowBeforeQuantizationNamesTheCast) {
  const ScratchFolder scratch;
  const fs::path source =
      source_with(scratch / "source", "q3lm_f32", kLayer + ".weight", 64, -1e6F);
  const CommandRun run = run_convert(source, scratch / "out", {"-q", "--dtype", "float16"});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, AllOf(HasSubstr("[1, 0]"), HasSubstr("too large for F16")));
}

// --- what else --strict refuses
// -------------------------------------------------------------------

TEST(Strict, RefusesWhatWasNotDoneAsAsked) {
  const struct {
    const char* source;
    std::vector<std::string> flags;
    const char* told;
  } cases[] = {
      {"whisper", {"--q-bits", "8"}, "--q-bits without -q"},
      {"q3lm_k160", {"-q"}, "not a multiple of"},
      {"q3lm", {"-q", "--q-group-size", "128"}, "not a multiple of the group size"},
      {"whisper", {"-q", "--scope", "all"}, "--scope all quantizes nothing more"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.told);
    const ScratchFolder scratch;
    const CommandRun relaxed = run_convert(golden_source(c.source), scratch / "relaxed", c.flags);
    EXPECT_EQ(relaxed.exit_code, 0) << relaxed.err;
    EXPECT_THAT(relaxed.out + relaxed.err, HasSubstr(c.told));
    std::vector<std::string> strict = c.flags;
    strict.emplace_back("--strict");
    const CommandRun run = run_convert(golden_source(c.source), scratch / "out", strict);
    EXPECT_EQ(run.exit_code, 8);
    EXPECT_THAT(run.err, HasSubstr(c.told));
    EXPECT_FALSE(fs::exists(scratch / "out"));
  }
}

TEST(Strict, AcceptsWhatWasDoneAsAsked) {
  const ScratchFolder scratch;
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{"--strict"}, {"--strict", "-q"}}) {
    const CommandRun run =
        run_convert(golden_source("q3lm"), scratch / std::to_string(flags.size()), flags);
    EXPECT_EQ(run.exit_code, 0) << run.err;
  }
}

}  // namespace
}  // namespace decibit
