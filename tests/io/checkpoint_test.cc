// SPDX-License-Identifier: Apache-2.0
// Which files of a folder are read, and what is refused. Rows B003, B004, B010, B011 and B046 of
// the field reports are here as far as they are about reading.
#include "io/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "io/safetensors.h"
#include "io/shard_index.h"
#include "numbers.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Notes : public Reporter {
 public:
  void note(std::string_view text) override { text_ += std::string(text) + "\n"; }
  std::string text_;
};

class Folder : public testing::Test {
 protected:
  Folder() { fs::create_directories(root_); }
  ~Folder() override { fs::remove_all(root_); }

  /// A safetensors file whose tensors are U8 [1] unless their names are given with a type.
  void safetensors(const std::string& file, const std::vector<TensorHeader>& tensors,
                   const std::map<std::string, std::string>& metadata = {{"format", "pt"}}) {
    auto writer = SafetensorsWriter::create(root_ / file, tensors, metadata);
    ASSERT_TRUE(writer) << writer.error().message;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const auto bytes = size_bytes(tensors[i].shape, tensors[i].dtype).value();
      ASSERT_TRUE(writer->write_at(writer->offset_of(i),
                                   std::vector<std::byte>(static_cast<std::size_t>(bytes))));
    }
    ASSERT_TRUE(writer->finish());
  }
  void floats(const std::string& file, const std::vector<std::string>& names,
              const std::string& format = "pt") {
    std::vector<TensorHeader> tensors;
    for (const auto& name : names) tensors.push_back({name, DType::kF32, {1}});
    safetensors(file, tensors, {{"format", format}});
  }
  void text(const std::string& file, const std::string& content) {
    std::ofstream(root_ / file) << content;
  }
  void copy(const std::string& fixture, const std::string& file) {
    fs::copy_file(test_data(fixture), root_ / file);
  }

  Checkpoint open() { return open(root_); }
  Checkpoint open(const fs::path& path) {
    auto checkpoint = open_checkpoint(path, notes_);
    EXPECT_TRUE(checkpoint) << (checkpoint ? "" : to_string(checkpoint.error()));
    return checkpoint ? *checkpoint : Checkpoint();
  }
  Error refused(ErrorCode code = ErrorCode::kBadInput) {
    const auto checkpoint = open_checkpoint(root_, notes_);
    EXPECT_FALSE(checkpoint) << "was accepted";
    if (checkpoint) return Error{};
    EXPECT_EQ(checkpoint.error().code, code);
    return checkpoint.error();
  }
  std::string foreign(std::string_view quant_method = "") {
    const auto status = refuse_foreign_quantization(open(), quant_method);
    if (status) return "accepted";
    EXPECT_EQ(status.error().code, ErrorCode::kBadInput);
    EXPECT_THAT(status.error().hint, HasSubstr("unquantized source"));
    return status.error().message;
  }

  fs::path root_ = fs::path(testing::TempDir()) /
                   (std::string("checkpoint_") + std::to_string(::getpid()) + "_" +
                    testing::UnitTest::GetInstance()->current_test_info()->name());
  Notes notes_;
};

using CheckpointFiles = Folder;
using CheckpointIndex = Folder;
using ForeignQuantization = Folder;

TEST_F(CheckpointFiles, ShardsWithoutAnIndexAreOneModel) {
  floats("model-00002-of-00002.safetensors", {"c", "a"});
  floats("model-00001-of-00002.safetensors", {"b"});
  floats("tokenizer.safetensors", {"t"});
  const Checkpoint checkpoint = open();
  EXPECT_THAT(names_of(checkpoint.tensors), ElementsAre("a", "b", "c"));
  EXPECT_THAT(checkpoint.weight_files,
              ElementsAre("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"));
  EXPECT_THAT(checkpoint.other_weights, IsEmpty()) << "a tokenizer is no weight file";
  EXPECT_EQ(checkpoint.family, "safetensors");
  EXPECT_EQ(checkpoint.metadata.at("format"), "pt");
  EXPECT_EQ(checkpoint.choice, "");
  EXPECT_EQ(checkpoint.find("b")->name, "b");
  EXPECT_EQ(checkpoint.find("bb"), nullptr);
}

TEST_F(CheckpointFiles, AMissingShardIsNoticedWithoutAnIndex) {
  floats("model-00002-of-00003.safetensors", {"a"});
  const Error error = refused();
  EXPECT_THAT(error.message, HasSubstr("missing shards: model-00001-of-00003.safetensors, "
                                       "model-00003-of-00003.safetensors"));
}

TEST_F(CheckpointFiles, OneTensorInTwoShardsIsRefused) {
  floats("model-00001-of-00002.safetensors", {"a"});
  floats("model-00002-of-00002.safetensors", {"a"});
  EXPECT_THAT(refused().message, HasSubstr("tensor a is both in model-0000"));
}

TEST_F(CheckpointFiles, B046TheVendorsFilesWinOverASecondNaming) {
  floats("consolidated.safetensors", {"vendor"});
  floats("model-00001-of-00001.safetensors", {"hf"});
  text("model.safetensors.index.json",
       R"({"weight_map": {"hf": "model-00001-of-00001.safetensors"}})");
  const Checkpoint checkpoint = open();
  EXPECT_THAT(names_of(checkpoint.tensors), ElementsAre("vendor"));
  EXPECT_THAT(checkpoint.other_weights, ElementsAre("model-00001-of-00001.safetensors"));
  EXPECT_THAT(checkpoint.choice, HasSubstr("read from consolidated"));
  EXPECT_THAT(notes_.text_, HasSubstr("twice, in two namings"));
}

TEST_F(CheckpointFiles, MlxOutputBesideItsCopiedSourceWins) {
  floats("consolidated.safetensors", {"vendor"});
  floats("model.safetensors", {"mlx"}, "mlx");
  const Checkpoint checkpoint = open();
  EXPECT_THAT(names_of(checkpoint.tensors), ElementsAre("mlx"));
  EXPECT_THAT(checkpoint.other_weights, ElementsAre("consolidated.safetensors"));
  EXPECT_THAT(checkpoint.choice, HasSubstr("MLX weights"));
}

TEST_F(CheckpointFiles, FormatsAreNeverMixed) {
  copy("torch/kokoro_like.pth", "kokoro-v1_0.pth");
  EXPECT_EQ(open().family, "pytorch");
  copy("npz/stored.npz", "weights.npz");
  copy("npz/stored.npz", "voices.npz");
  EXPECT_EQ(open().family, "npz");
  EXPECT_THAT(open().weight_files, ElementsAre("weights.npz"));
  floats("kokoro-v1_0.safetensors", {"a"});
  const Checkpoint checkpoint = open();
  EXPECT_EQ(checkpoint.family, "safetensors");
  EXPECT_THAT(checkpoint.weight_files, ElementsAre("kokoro-v1_0.safetensors"));
  EXPECT_THAT(checkpoint.other_weights, ElementsAre("kokoro-v1_0.pth", "weights.npz"));
  EXPECT_THAT(checkpoint.choice, HasSubstr("never mixed"));
}

TEST_F(CheckpointFiles, SeveralPyTorchModelsNeedAChoice) {
  copy("torch/kokoro_like.pth", "a.pth");
  copy("torch/voice.pt", "optimizer.pt");
  EXPECT_THAT(open().weight_files, ElementsAre("a.pth"));
  copy("torch/whisper_like.pt", "b.pth");
  const Error error = refused();
  EXPECT_THAT(error.message, HasSubstr("2 files that could each be the model: a.pth, b.pth"));
  const Checkpoint one = open(root_ / "b.pth");
  EXPECT_THAT(names_of(one.tensors), ElementsAre("encoder.conv1.weight"));
  EXPECT_EQ(one.folder, root_);
}

TEST_F(CheckpointFiles, BothNamingsOfWeightNormAreOne) {
  copy("torch/weight_norm.pth", "model.pth");
  EXPECT_THAT(names_of(open().tensors),
              ElementsAre("ups.0.bias", "ups.0.weight_g", "ups.0.weight_v"));
}

TEST_F(CheckpointFiles, LinksOfAHubCacheAreFollowed) {
  fs::create_directories(root_ / "blobs");
  floats("blobs/0123abcd", {"a"});
  fs::create_directories(root_ / "snapshots/main");
  fs::create_symlink("../../blobs/0123abcd", root_ / "snapshots/main/model.safetensors");
  EXPECT_THAT(names_of(open(root_ / "snapshots/main").tensors), ElementsAre("a"));
}

TEST_F(CheckpointFiles, ALinkToNothingIsNamed) {
  const auto is_named = [&](const char* file) {
    const Error error = refused();
    EXPECT_EQ(error.message, (root_ / file).string() + " is a link to a file that is not there");
    EXPECT_EQ(error.hint, "fetch it again");
  };
  fs::create_symlink("lost", root_ / "a.pth");
  is_named("a.pth");
  EXPECT_FALSE(open_checkpoint(root_ / "a.pth", notes_));
  floats("model-00001-of-00002.safetensors", {"b"});
  fs::create_symlink("lost", root_ / "model-00002-of-00002.safetensors");
  is_named("model-00002-of-00002.safetensors");
  fs::create_symlink("lost", root_ / "model.safetensors.index.json");
  is_named("model.safetensors.index.json");
}

TEST_F(CheckpointFiles, FormatsThatAreNotReadAreNamed) {
  text("config.json", "{}");
  EXPECT_THAT(refused().message, HasSubstr("holds no weights"));
  text("model.onnx", "x");
  EXPECT_THAT(refused().message, HasSubstr("model.onnx is an ONNX graph"));
  text("model.nemo", "x");
  EXPECT_THAT(refused().message, HasSubstr("model.nemo is a NeMo archive"));
  text("model.gguf", "x");
  const Error error = refused();
  EXPECT_THAT(error.message, HasSubstr("model.gguf is GGUF"));
  EXPECT_THAT(error.hint, HasSubstr("safetensors"));
}

TEST_F(CheckpointFiles, NoFolderNoTensorsNoWeights) {
  safetensors("model.safetensors", {});
  EXPECT_THAT(refused().message, HasSubstr("holds 0 tensors"));  // B010
  fs::remove_all(root_);
  EXPECT_THAT(refused(ErrorCode::kNotFound).message, HasSubstr("there is no folder"));
}

TEST_F(CheckpointFiles, ADamagedShardIsNamed) {
  floats("model-00001-of-00002.safetensors", {"a"});
  text("model-00002-of-00002.safetensors", "short");
  const Error error = refused();
  EXPECT_THAT(error.message, HasSubstr("model-00002-of-00002.safetensors"));
  EXPECT_EQ(error.where, (root_ / "model-00002-of-00002.safetensors").string());
}

TEST_F(CheckpointFiles, APointerOfGitLfsIsNamed) {
  text("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
  EXPECT_THAT(refused().message, HasSubstr("Git LFS pointer"));
}

TEST_F(CheckpointIndex, OnlyNamedTensorsOfNamedShardsAreRead) {
  floats("model-a.safetensors", {"x", "stale"});
  floats("model-b.safetensors", {"y", "x"});
  floats("model-old.safetensors", {"z"});
  text("model.safetensors.index.json",
       R"({"metadata": {"total_size": 8},
           "weight_map": {"x": "model-a.safetensors", "y": "model-b.safetensors"}})");
  const Checkpoint checkpoint = open();
  EXPECT_THAT(names_of(checkpoint.tensors), ElementsAre("x", "y"));
  EXPECT_EQ(checkpoint.find("x")->source->name(), "model-a.safetensors");
  EXPECT_THAT(checkpoint.other_weights, ElementsAre("model-old.safetensors"));
  EXPECT_THAT(notes_.text_,
              HasSubstr("2 tensors in the shards are not in model.safetensors.index"));
}

TEST_F(CheckpointIndex, B003ShardsThatDoNotExist) {
  floats("model.safetensors", {"x"});
  text("model.safetensors.index.json",
       R"({"weight_map": {"x": "model-1.safetensors", "y": "model-2.safetensors"}})");
  const Error error = refused();
  EXPECT_THAT(error.message, HasSubstr("missing shards"));
  EXPECT_THAT(error.message, HasSubstr("model-1.safetensors, model-2.safetensors"));
}

TEST_F(CheckpointIndex, TensorsMustBeInTheirShard) {
  floats("model-a.safetensors", {"x"});
  text("model.safetensors.index.json",
       R"({"weight_map": {"x": "model-a.safetensors", "y": "model-a.safetensors"}})");
  EXPECT_THAT(refused().message,
              HasSubstr("1 tensors that are not in their shards: y (in model-a"));
}

TEST_F(CheckpointIndex, PyTorchShards) {
  copy("torch/protocol4.pth", "pytorch_model-00001-of-00001.bin");
  text("pytorch_model.bin.index.json",
       R"({"weight_map": {"layer.weight": "pytorch_model-00001-of-00001.bin"}})");
  EXPECT_THAT(names_of(open().tensors), ElementsAre("layer.weight"));
}

TEST(ShardIndex, NamesMayNotLeaveTheFolder) {
  EXPECT_TRUE(parse_shard_index(R"({"weight_map": {"a": "x.safetensors", "b": "sub/y"}})"));
  for (const char* text :
       {"", "[]", "{}", R"({"weight_map": []})", R"({"weight_map": {"a": 1}})",
        R"({"weight_map": {"a": ""}})", R"({"weight_map": {"a": "/etc/passwd"}})",
        R"({"weight_map": {"a": "../x.safetensors"}})", R"({"weight_map": {"a": "b/../../x"}})",
        R"({"weight_map": {"a": "x\u0000y"}})", R"({"weight_map": {"a": "x", "a": "y"}})"})
    EXPECT_FALSE(parse_shard_index(text)) << text;
}

TEST_F(ForeignQuantization, B004Bitsandbytes) {
  safetensors("model.safetensors", {{"layers.0.fc1.weight", DType::kI8, {512, 128}},
                                    {"layers.0.fc1.SCB", DType::kF32, {512}},
                                    {"layers.0.fc2.weight", DType::kF32, {2, 2}}});
  const std::string message = foreign("bitsandbytes");
  EXPECT_THAT(message, HasSubstr("(bitsandbytes): 1 layers, for example layers.0.fc1.SCB"));
  EXPECT_THAT(foreign(), HasSubstr("bitsandbytes")) << "without the config";
}

TEST_F(ForeignQuantization, B004Gptq) {
  safetensors("model.safetensors", {{"layers.0.fc1.qweight", DType::kI32, {16, 512}},
                                    {"layers.0.fc1.qzeros", DType::kI32, {1, 64}},
                                    {"layers.0.fc1.scales", DType::kF16, {1, 512}},
                                    {"layers.0.fc1.g_idx", DType::kI32, {128}}});
  EXPECT_THAT(foreign("gptq"), HasSubstr("(gptq): 1 layers"));
  EXPECT_THAT(foreign(), HasSubstr("(gptq): 1 layers"));
}

TEST_F(ForeignQuantization, B011Float8) {
  safetensors("model.safetensors", {{"a.weight", DType::kF8E4M3, {512, 128}},
                                    {"b.weight", DType::kF8E4M3, {512, 128}},
                                    {"a.weight_scale_inv", DType::kF32, {4, 1}},
                                    {"b.weight_scale_inv", DType::kF32, {4, 1}}});
  EXPECT_THAT(foreign(), HasSubstr("(fp8): 2 layers, for example a.weight_scale_inv"));
  safetensors("model.safetensors", {{"a.weight", DType::kF8E4M3, {512, 128}}});
  EXPECT_THAT(foreign(),
              HasSubstr("(F8_E4M3): 1 layers, for example a.weight (F8_E4M3 [512, 128])"));
}

TEST_F(ForeignQuantization, IntegersAreNeverWeights) {
  safetensors("model.safetensors", {{"a.weight", DType::kU32, {4, 4}}});
  EXPECT_THAT(foreign(), HasSubstr("(integers): 1 layers, for example a.weight"));
}

TEST_F(ForeignQuantization, OurOwnFormatAndPlainWeightsPass) {
  safetensors("model.safetensors", {{"a.weight", DType::kU32, {4, 8}},
                                    {"a.scales", DType::kBF16, {4, 1}},
                                    {"a.biases", DType::kBF16, {4, 1}},
                                    {"b.weight", DType::kU32, {4, 8}},
                                    {"b.scales", DType::kU8, {4, 2}},
                                    {"c.weight", DType::kF32, {4, 8}},
                                    {"position_ids", DType::kI64, {1, 8}}});
  EXPECT_EQ(foreign(), "accepted");
  EXPECT_EQ(foreign("of-my-own"), "accepted");
  EXPECT_THAT(foreign("awq"), HasSubstr("the config says that the weights are quantized by awq"));
}

}  // namespace
}  // namespace decibit
