// SPDX-License-Identifier: Apache-2.0
// Field reports about file formats, at the level of the commands: what people see when a file lies.
// The readers' own tests (tests/io) go through the rules one by one.
//   B009 mlx 3363, 3409; ComfyUI 15602      B010 fastsafetensors 96; safetensors 466
//   B011 candle 2875; llama.cpp 12341; safetensors 839   B014 lmstudio 1803; omlx 3573
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "command_line.h"
#include "host_tensors.h"
#include "io/safetensors.h"
#include "quant/quantize.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::CommandRun;
using testing::copy_golden_source;
using testing::dequantized_tensors;
using testing::expect_same_folder;
using testing::expect_same_tensors;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::host_tensor;
using testing::HostTensor;
using testing::HostTensors;
using testing::read_tensors;
using testing::run_command;
using testing::run_convert;
using testing::ScratchFolder;
using testing::values_of;
using testing::write_tensors;
using testing::write_text_file;

/// header length, header, data
std::string safetensors_bytes(const std::string& header, std::size_t data_bytes) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header + std::string(data_bytes, '\1');
}

/// A folder with this weight file and the config of the tiny Whisper.
fs::path folder_with(const fs::path& folder, const std::string& file_bytes) {
  write_text_file(folder / "model.safetensors", file_bytes);
  fs::copy(golden_source("whisper") / "config.json", folder / "config.json");
  return folder;
}

struct LyingFile {
  std::string name, bytes;
  std::vector<std::string> told;
};

std::vector<LyingFile> lying_files() {
  const auto one = [](const std::string& shape, const std::string& offsets) {
    return R"({"t":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  const std::string shared = R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                             R"("u":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})";
  const std::string eight_zeros(8, '\0');
  return {{"a", safetensors_bytes(one("[1000,1000]", "[0,4]"), 4), {"t", "4000000", "4"}},
          {"b", safetensors_bytes(one("[1000,1000]", "[0,4000000]"), 4), {"4000000", "4"}},
          {"c", safetensors_bytes(one("[4294967296,4294967296]", "[0,0]"), 0), {"t"}},
          {"d", safetensors_bytes(one("[1]", "[8,4]"), 8), {"t"}},
          {"e", safetensors_bytes(shared, 12), {"t", "u"}},
          {"g1", eight_zeros, {"header"}},
          {"g2", std::string(7, '\0') + '\x80' + "{}", {"header"}},
          {"g3", safetensors_bytes("{}", 0).replace(0, 1, "\x7f"), {"header"}}};
}

TEST(FieldReports, B009_HeadersAreNotTrusted) {
  for (const LyingFile& file : lying_files()) {
    SCOPED_TRACE(file.name);
    const ScratchFolder scratch;
    const fs::path source = folder_with(scratch / "source", file.bytes);
    for (const CommandRun& run :
         {run_convert(source, scratch / "out"), run_command({"inspect", source.string()})}) {
      EXPECT_EQ(run.exit_code, 4) << run.out;
      EXPECT_THAT(run.err, ::testing::StartsWith("error: "));
      EXPECT_THAT(run.err, HasSubstr("model.safetensors"));
      for (const std::string& word : file.told) EXPECT_THAT(run.err, HasSubstr(word));
    }
    EXPECT_FALSE(fs::exists(scratch / "out"));
  }
}

TEST(FieldReports, B009_BytesAfterTheLastTensorAreReadOverAndReported) {
  const ScratchFolder scratch;
  const fs::path source = copy_golden_source("whisper", scratch / "source");
  std::ofstream(source / "model.safetensors", std::ios::app) << std::string(16, 'x');
  const CommandRun run = run_convert(source, scratch / "out");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  ASSERT_EQ(run_convert(golden_source("whisper"), scratch / "good").exit_code, 0);
  expect_same_folder(scratch / "out", scratch / "good");
  const CommandRun inspected = run_command({"inspect", source.string(), "--verify"});
  EXPECT_THAT(inspected.out, HasSubstr("16 unaccounted bytes"));
}

struct GoodHeader {
  std::string name, header;
  std::size_t data_bytes;
  int tensors;
};

TEST(FieldReports, B010_EveryFormOfMetadataOpens) {
  const std::string t = R"("t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  const std::vector<GoodHeader> headers = {
      {"empty metadata", R"({"__metadata__":{},)" + t + "}", 4, 1},
      {"null metadata", R"({"__metadata__":null,)" + t + "}", 4, 1},
      {"no metadata", "{" + t + "}", 4, 1},
      {"metadata last", "{" + t + R"(,"__metadata__":{"format":"pt"}})", 4, 1},
      {"padded", "{" + t + "}     ", 4, 1},
      {"no elements and one",
       R"({"e":{"dtype":"F32","shape":[0,64],"data_offsets":[0,0]},)"
       R"("s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
       4, 2}};
  for (const GoodHeader& good : headers) {
    SCOPED_TRACE(good.name);
    const ScratchFolder scratch;
    const fs::path source = scratch / "source";
    write_text_file(source / "model.safetensors", safetensors_bytes(good.header, good.data_bytes));
    const CommandRun run = run_command({"inspect", source.string(), "--tensors", "--json"});
    const auto json = Json::parse(run.out);
    ASSERT_TRUE(json) << run.out << run.err;
    EXPECT_EQ(json->find("tensors")->array()->size(), static_cast<std::size_t>(good.tensors));
    // Nothing knows a model of this tensor, but its name and type are kept as they are.
    const CommandRun converted = run_convert(source, scratch / "out", {"--model-type", "generic"});
    ASSERT_EQ(converted.exit_code, 0) << converted.err;
    expect_same_tensors(read_tensors(scratch / "out"), read_tensors(source));
  }
}

TEST(FieldReports, B010_AFolderWithoutTensorsSaysSo) {
  for (const std::string header : {R"({"__metadata__":{"a":"b"}})", "{}"}) {
    SCOPED_TRACE(header);
    const ScratchFolder scratch;
    const fs::path source = folder_with(scratch / "source", safetensors_bytes(header, 0));
    const CommandRun run = run_convert(source, scratch / "out");
    EXPECT_EQ(run.exit_code, 4);
    EXPECT_THAT(run.err, HasSubstr("0 tensors"));
    EXPECT_FALSE(fs::exists(scratch / "out"));
  }
}

TEST(FieldReports, B010_ResultsCarryTheFormat) {
  const ScratchFolder scratch;
  ASSERT_EQ(run_convert(golden_source("whisper"), scratch / "out").exit_code, 0);
  const auto file = open_safetensors(scratch / "out" / "model.safetensors");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->metadata, (std::map<std::string, std::string>{{"format", "mlx"}}));
}

TEST(FieldReports, B011_Fp8WithBlockScalesIsRefused) {
  const ScratchFolder scratch;
  const fs::path source = copy_golden_source("whisper", scratch / "source");
  HostTensors tensors = read_tensors(source);
  tensors["model.encoder.layers.0.fc1.weight"] = {
      DType::kF8E4M3, {256, 64}, std::vector<std::byte>(256 * 64)};
  tensors["model.encoder.layers.0.fc1.weight_scale_inv"] =
      host_tensor(DType::kF32, {2, 1}, {1.F, 1.F});
  write_tensors(source / "model.safetensors", tensors);
  const CommandRun run = run_convert(source, scratch / "out");
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, AllOf(HasSubstr("fp8"), HasSubstr("1 layer"),
                             HasSubstr("model.encoder.layers.0.fc1")));
  EXPECT_FALSE(fs::exists(scratch / "out"));
}

TEST(FieldReports, B011_FourBitTypesCountElements) {
  const ScratchFolder scratch;
  const fs::path file = scratch / "odd.safetensors";
  write_text_file(file,
                  safetensors_bytes(R"({"e":{"dtype":"F8_E8M0","shape":[3],"data_offsets":[8,11]},)"
                                    R"("f":{"dtype":"F4","shape":[2,8],"data_offsets":[0,8]}})",
                                    11));
  const CommandRun run = run_command({"inspect", file.string(), "--tensors", "--json"});
  const auto json = Json::parse(run.out);
  ASSERT_TRUE(json) << run.out << run.err;
  const Json::Array& tensors = *json->find("tensors")->array();
  ASSERT_EQ(tensors.size(), 2U);
  EXPECT_EQ(*tensors[0].find("bytes"), Json(3));
  EXPECT_EQ(*tensors[1].find("bytes"), Json(8));
}

// One layer in another mode, as --rule writes it: its kind follows from its own tensors.
TEST(FieldReports, B014_LayersOfDifferentModesAreReadByTheirTensors) {
  const ScratchFolder scratch;
  const fs::path source = golden_source("whisper");
  const std::vector<std::string> mxfp4 = {"-q", "--q-mode", "mxfp4"};
  const auto with_rule = [&](std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--rule", R"(^encoder\.blocks\.0\.mlp1\.weight$=8:64)"});
    return flags;
  };
  ASSERT_EQ(run_convert(source, scratch / "mixed", with_rule(mxfp4)).exit_code, 0);
  ASSERT_EQ(run_convert(source, scratch / "mxfp4", mxfp4).exit_code, 0);
  ASSERT_EQ(run_convert(source, scratch / "affine", {"-q", "--q-bits", "8"}).exit_code, 0);

  HostTensors expected = read_tensors(scratch / "mxfp4");
  const HostTensors affine = read_tensors(scratch / "affine");
  for (const char* part : {"weight", "scales", "biases"}) {
    const std::string name = std::string("encoder.blocks.0.mlp1.") + part;
    expected[name] = affine.at(name);
  }
  expect_same_tensors(read_tensors(scratch / "mixed"), expected);

  const CommandRun run = run_convert(scratch / "mixed", scratch / "dense", {"-d"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run_command({"inspect", (scratch / "mixed").string(), "--verify"}).exit_code, 0);
  const HostTensors dense = read_tensors(scratch / "dense");
  for (const auto& [name, tensor] : dequantized_tensors(scratch / "mixed")) {
    // Whisper's weights pass through F16.
    const HostTensor rounded = host_tensor(DType::kF16, tensor.shape, values_of(tensor));
    EXPECT_EQ(values_of(dense.at(name)), values_of(rounded)) << name;
  }
}

/// Quantizes a tensor of an MLX folder by the scalar rule, affine 4:64.
void quantize_in_place(HostTensors& tensors, const std::string& path) {
  const Scheme scheme = *Scheme::make(Mode::kAffine, 4, 64);
  const HostTensor weight = tensors.at(path + ".weight");
  const std::vector<float> values = values_of(weight);
  const std::int64_t rows = weight.shape[0], k = weight.shape[1];
  const auto empty = [&](DType dtype, std::int64_t width) {
    return HostTensor{
        dtype,
        {rows, width},
        std::vector<std::byte>(static_cast<std::size_t>(rows * width * size_bytes(dtype)))};
  };
  HostTensor codes = empty(DType::kU32, scheme.words_per_row(k));
  HostTensor scales = empty(weight.dtype, scheme.groups_per_row(k)), biases = scales;
  const auto row_of = [&](HostTensor& tensor, std::int64_t row) {
    return tensor.bytes.data() + row * static_cast<std::int64_t>(tensor.bytes.size()) / rows;
  };
  for (std::int64_t row = 0; row < rows; ++row)
    quantize_row(
        scheme, Profile::kCpu, weight.dtype,
        std::span(values).subspan(static_cast<std::size_t>(row * k), static_cast<std::size_t>(k)),
        {row_of(codes, row), row_of(scales, row), row_of(biases, row)});
  tensors[path + ".weight"] = codes;
  tensors[path + ".scales"] = scales;
  tensors[path + ".biases"] = biases;
}

// mlx-audio never quantizes this embedding; other converters do.
TEST(FieldReports, B014_AQuantizedEmbeddingWhereNoneIsExpected) {
  const ScratchFolder scratch;
  const std::string path = "talker.model.codec_embedding";
  ASSERT_EQ(run_convert(golden_source("q3tts"), scratch / "q4", {"-q"}).exit_code, 0);
  HostTensors tensors = read_tensors(scratch / "q4" / "model.safetensors");
  ASSERT_FALSE(tensors.contains(path + ".scales"));
  quantize_in_place(tensors, path);
  write_tensors(scratch / "q4" / "model.safetensors", tensors, "mlx");
  fs::remove(scratch / "q4" / "model.safetensors.index.json");

  const CommandRun run = run_convert(scratch / "q4", scratch / "dense", {"-d"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  expect_same_tensors(read_tensors(scratch / "dense" / "model.safetensors"),
                      dequantized_tensors(scratch / "q4"));
  const CommandRun copy = run_convert(scratch / "q4", scratch / "copy");
  ASSERT_EQ(copy.exit_code, 0) << copy.err;
  expect_same_tensors(read_tensors(scratch / "copy"), read_tensors(scratch / "q4"));
}

}  // namespace
}  // namespace decibit
