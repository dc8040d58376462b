// SPDX-License-Identifier: Apache-2.0
// decibit inspect A --diff B: equal is equal, differences have the right size, and a checkpoint can
// be compared with what was made of it.
#include "convert/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "command_line.h"
#include "host_tensors.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Diff difference(const fs::path& a, const fs::path& b, unsigned threads = 0) {
  Reporter silent;
  auto result = diff({.a = a, .b = b, .threads = threads}, silent);
  EXPECT_TRUE(result) << to_string(result.error());
  return result ? std::move(*result) : Diff();
}

const TensorDiff& tensor_of(const Diff& diff, const std::string& name) {
  for (const TensorDiff& tensor : diff.tensors) {
    if (tensor.name == name) return tensor;
  }
  ADD_FAILURE() << "no tensor " << name;
  static const TensorDiff kNone;
  return kNone;
}

fs::path convert_to(const fs::path& source, const fs::path& target,
                    const std::vector<std::string>& flags = {}) {
  const CommandRun run = run_convert(source, target, flags);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return target;
}

TEST(Diff, AFolderIsIdenticalToItself) {
  const ScratchFolder folder;
  for (const char* source : {"whisper", "kokoro"}) {
    const Diff dense = difference(golden_source(source), golden_source(source));
    EXPECT_TRUE(dense.identical());
    EXPECT_EQ(dense.model_type, source);
  }
  const fs::path quantized = convert_to(golden_source("whisper"), folder / "q", {"-q"});
  EXPECT_TRUE(difference(quantized, quantized).identical());
}

TEST(Diff, DifferencesHaveTheRightSize) {
  const ScratchFolder folder;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  write_tensors(folder / "a.safetensors", {{"x", host_tensor(DType::kF32, {2, 2}, {1, 2, 3, 4})},
                                           {"n", host_tensor(DType::kF32, {3}, {nan, nan, 1})},
                                           {"s", host_tensor(DType::kF32, {4}, {1, 2, 3, 4})},
                                           {"a only", host_tensor(DType::kF32, {1}, {1})}});
  write_tensors(folder / "b.safetensors", {{"x", host_tensor(DType::kF32, {2, 2}, {1, 2, 3, 4.5F})},
                                           {"n", host_tensor(DType::kF32, {3}, {nan, 0, 1})},
                                           {"s", host_tensor(DType::kF32, {2, 2}, {1, 2, 3, 4})},
                                           {"b only", host_tensor(DType::kF32, {1}, {1})}});
  const Diff result = difference(folder / "a.safetensors", folder / "b.safetensors");
  EXPECT_THAT(result.only_a, ElementsAre("a only"));
  EXPECT_THAT(result.only_b, ElementsAre("b only"));
  const TensorDiff& x = tensor_of(result, "x");
  EXPECT_FALSE(x.equal_bits);
  EXPECT_DOUBLE_EQ(x.max_difference, 0.5);
  EXPECT_DOUBLE_EQ(x.rms_difference, 0.25);
  EXPECT_DOUBLE_EQ(x.sqnr_db(), 10 * std::log10(30 / 0.25));
  EXPECT_EQ(tensor_of(result, "n").nonfinite, 1);
  EXPECT_FALSE(tensor_of(result, "s").comparable);
}

TEST(Diff, PackedElementsAreComparedAsBytes) {
  const ScratchFolder folder;
  const auto write_packed = [&](const char* file, DType dtype, unsigned char last) {
    HostTensor tensor{dtype, {2, 8}, {}};
    tensor.bytes.resize(static_cast<std::size_t>(*size_bytes(tensor.shape, dtype)));
    tensor.bytes.back() = static_cast<std::byte>(last);
    write_tensors(folder / file, {{"x", tensor}});
  };
  write_packed("a.safetensors", DType::kF4, 1);
  write_packed("b.safetensors", DType::kF4, 2);
  write_packed("bytes.safetensors", DType::kU8, 1);
  const fs::path a = folder / "a.safetensors";
  EXPECT_TRUE(difference(a, a).identical());
  for (const char* other : {"b.safetensors", "bytes.safetensors"}) {
    const Diff result = difference(a, folder / other);
    EXPECT_FALSE(result.identical()) << other;
    EXPECT_FALSE(tensor_of(result, "x").comparable) << other;
  }
}

TEST(Diff, EqualValuesInAnotherTypeAreNotEqualBits) {
  const ScratchFolder folder;
  write_tensors(folder / "a.safetensors", {{"x", host_tensor(DType::kF32, {2}, {1, 2})}});
  write_tensors(folder / "b.safetensors", {{"x", host_tensor(DType::kBF16, {2}, {1, 2})}});
  const Diff result = difference(folder / "a.safetensors", folder / "b.safetensors");
  EXPECT_FALSE(tensor_of(result, "x").equal_bits);
  EXPECT_EQ(tensor_of(result, "x").noise, 0);
}

TEST(Diff, ACheckpointIsComparedWithItsConversionInTheModelsTerms) {
  // The source has Hugging Face names and PyTorch layouts; the result has neither.
  const ScratchFolder folder;
  const fs::path source = golden_source("whisper_f16");
  EXPECT_TRUE(difference(source, convert_to(source, folder / "dense")).identical());
  const Diff quantized = difference(source, convert_to(source, folder / "q", {"-q"}));
  EXPECT_EQ(quantized.model_type, "whisper");
  EXPECT_THAT(quantized.only_a, IsEmpty());
  EXPECT_THAT(quantized.only_b, IsEmpty());
  EXPECT_GT(quantized.sqnr_db(), 15);
  EXPECT_LT(quantized.sqnr_db(), 30);
}

TEST(Diff, FoldedConvolutionsAreComparedAsProducts) {
  // decibit-rows has lost weight_g and weight_v; their product has 8-bit accuracy, about 43 dB.
  const ScratchFolder folder;
  const fs::path source = golden_source("kokoro");
  const fs::path rows =
      convert_to(source, folder / "rows", {"-q", "--q-bits", "8", "--scope", "all"});
  const Diff result = difference(source, rows);
  EXPECT_EQ(result.model_type, "kokoro");
  EXPECT_THAT(result.only_a, IsEmpty());
  EXPECT_THAT(result.only_b, IsEmpty());
  for (const TensorDiff& tensor : result.tensors) {
    if (tensor.equal_bits) continue;
    EXPECT_GT(tensor.sqnr_db(), 30) << tensor.name;
  }
}

TEST(Diff, ThreadsChangeNothing) {
  const ScratchFolder folder;
  const fs::path source = golden_source("whisper");
  const fs::path quantized = convert_to(source, folder / "q", {"-q", "--q-bits", "2"});
  const Diff one = difference(source, quantized, 1), four = difference(source, quantized, 4);
  ASSERT_EQ(one.tensors.size(), four.tensors.size());
  for (std::size_t i = 0; i < one.tensors.size(); ++i) {
    EXPECT_EQ(one.tensors[i].noise, four.tensors[i].noise) << one.tensors[i].name;
  }
}

TEST(Diff, TheCommandSucceedsWhateverDiffers) {
  const ScratchFolder folder;
  const fs::path source = golden_source("whisper");
  const fs::path quantized = convert_to(source, folder / "q", {"-q"});
  const CommandRun run = run_command({"inspect", source.string(), "--diff", quantized.string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("matched as whisper"));
  EXPECT_THAT(run.out, HasSubstr("affine 4:64"));
  const auto json = Json::parse(
      run_command({"inspect", source.string(), "--diff", quantized.string(), "--json"}).out);
  ASSERT_TRUE(json);
  EXPECT_FALSE(*json->find("identical")->boolean());
  EXPECT_EQ(run_command({"inspect", source.string(), "--diff", "./nope"}).exit_code, 3);
}

}  // namespace
}  // namespace decibit::testing
