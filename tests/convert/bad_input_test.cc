// SPDX-License-Identifier: Apache-2.0
// Sources that are damaged, incomplete or something else: one message that starts with "error:" and
// names what is wrong, the exit code of docs/error-codes.md, and no trace of a result.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "folder_digest.h"
#include "host_tensors.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using testing::CommandRun;
using testing::file_bytes;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::host_tensor;
using testing::HostTensors;
using testing::read_json_file;
using testing::read_tensors;
using testing::run_convert;
using testing::ScratchFolder;
using testing::write_tensors;
using testing::write_text_file;

class BadInput : public ::testing::Test {
 protected:
  void SetUp() override { testing::copy_golden_source("whisper", source()); }
  fs::path source() const { return scratch_ / "source"; }

  void expect_refused(const std::vector<std::string>& words, int exit_code = 4,
                      const std::vector<std::string>& flags = {"-q"}) const {
    const CommandRun run = run_convert(source(), scratch_ / "out", flags);
    EXPECT_EQ(run.exit_code, exit_code) << run.err;
    const std::size_t start = run.err.find("error: ");
    ASSERT_NE(start, std::string::npos) << run.err;
    EXPECT_TRUE(start == 0 || run.err[start - 1] == '\n') << run.err;
    for (const std::string& word : words) EXPECT_THAT(run.err.substr(start), HasSubstr(word));
    EXPECT_FALSE(fs::exists(scratch_ / "out"));
    EXPECT_FALSE(fs::exists(scratch_ / "out.partial"));
  }

  void change_config(const std::string& key, const Json& value) const {
    Json config = read_json_file(source() / "config.json");
    config.erase(key);
    if (!value.is_null()) config.set(key, value);
    write_text_file(source() / "config.json", config.dump(2));
  }
  template <class Change>
  void change_tensors(Change change) const {
    HostTensors tensors = read_tensors(source());
    change(tensors);
    write_tensors(source() / "model.safetensors", tensors);
  }

  ScratchFolder scratch_;
};

// Whatever of a file has arrived, it is no checkpoint until all has.
TEST_F(BadInput, EveryPrefixOfTheWeights) {
  const std::string whole = file_bytes(source() / "model.safetensors");
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{100},
                                 std::size_t{5000}, whole.size() / 2, whole.size() - 1}) {
    SCOPED_TRACE(size);
    write_text_file(source() / "model.safetensors", whole.substr(0, size));
    expect_refused({"model.safetensors"});
  }
}

TEST_F(BadInput, AnUnknownType) {
  std::string bytes = file_bytes(source() / "model.safetensors");
  bytes.replace(bytes.find("\"F32\""), 5, "\"F31\"");
  write_text_file(source() / "model.safetensors", bytes);
  expect_refused({"model.safetensors", "F31"});
}

TEST_F(BadInput, AMissingShard) {
  fs::remove_all(source());
  testing::copy_golden_source("whisper_sharded", source());
  std::string shard;
  for (const auto& entry : fs::directory_iterator(source()))
    if (entry.path().filename().string().find("-of-") != std::string::npos)
      shard = std::max(shard, entry.path().filename().string());
  ASSERT_FALSE(shard.empty());
  fs::remove(source() / shard);
  expect_refused({shard});
}

TEST_F(BadInput, AConfigThatIsNoJsonObject) {
  for (const char* text : {"", "{", "[1, 2]", "\"whisper\"", "{\"a\": 1,}", "\xff\xfe{"}) {
    SCOPED_TRACE(text);
    write_text_file(source() / "config.json", text);
    expect_refused({"config.json"});
  }
}

TEST_F(BadInput, AConfigThatLacksKeysListsThemAll) {
  change_config("d_model", Json());
  change_config("vocab_size", Json());
  expect_refused({"whisper", "d_model", "vocab_size"});
}

TEST_F(BadInput, AConfigWithAbsurdSizes) {
  for (const Json& value :
       {Json(0), Json(-64), Json(1.5), Json("64"), Json(std::int64_t{1} << 62)}) {
    SCOPED_TRACE(value.dump(-1));
    change_config("d_model", value);
    expect_refused({"d_model"});
  }
}

TEST_F(BadInput, MissingUnexpectedAndMisshapenTensorsAreListedAtOnce) {
  change_tensors([](HostTensors& tensors) {
    tensors.erase("model.encoder.layers.0.fc1.weight");
    tensors.erase("model.decoder.layers.1.self_attn.q_proj.bias");
    tensors["model.encoder.extra.weight"] = host_tensor(DType::kF32, {1}, {0});
    tensors["model.encoder.layer_norm.bias"] =
        host_tensor(DType::kF32, {63}, std::vector<float>(63));
  });
  expect_refused({"2 missing", "encoder.blocks.0.mlp1.weight [256, 64]",
                  "decoder.blocks.1.attn.query.bias [64]", "1 unexpected",
                  "model.encoder.extra.weight [1]", "1 of the wrong shape",
                  "expected [64], found [63]"});
}

TEST_F(BadInput, ATensorThatIsThereInTwoNamings) {
  change_tensors([](HostTensors& tensors) {
    tensors["encoder.ln_post.bias"] = tensors.at("model.encoder.layer_norm.bias");
  });
  expect_refused({"encoder.ln_post.bias", "the same tensor as"});
}

TEST_F(BadInput, AMaliciousPickleIsRefusedAndNotRun) {
  fs::remove(source() / "model.safetensors");
  for (const char* file : {"bad_system.pth", "bad_eval.pth", "bad_memo_bomb.pth"}) {
    SCOPED_TRACE(file);
    fs::copy(fs::path(DECIBIT_SOURCE_DIR) / "tests/data/torch" / file, source() / "model.pth",
             fs::copy_options::overwrite_existing);
    expect_refused({"model.pth"});
  }
}

TEST_F(BadInput, FormatsThatAreNotReadAreNamed) {
  fs::remove(source() / "model.safetensors");
  const std::vector<std::pair<std::string, std::string>> files = {
      {"model-q4.gguf", "GGUF"}, {"model.nemo", "NeMo"}, {"model.onnx", "ONNX"}};
  for (const auto& [file, format] : files) {
    write_text_file(source() / file, "anything");
    expect_refused({file, format});
    fs::remove(source() / file);
  }
  expect_refused({"holds no weights"});
}

TEST_F(BadInput, NoSource) {
  fs::remove_all(source());
  expect_refused({"source"}, 3);
}

// --- combinations that do not exist
// ---------------------------------------------------------------

TEST_F(BadInput, SchemesThatDoNotExistListThoseThatDo) {
  expect_refused({"8"}, 2, {"-q", "--q-bits", "7"});
  expect_refused({"1, 2, 3, 4, 5, 6, 8"}, 2, {"-q", "--q-bits", "0"});
  expect_refused({"32, 64, 128"}, 2, {"-q", "--q-group-size", "48"});
  expect_refused({"mxfp4", "it has 4"}, 2, {"-q", "--q-mode", "mxfp4", "--q-bits", "8"});
  expect_refused({"nvfp4", "it has 16"}, 2, {"-q", "--q-mode", "nvfp4", "--q-group-size", "32"});
  expect_refused({"affine", "mxfp4", "nvfp4"}, 2, {"-q", "--q-mode", "int4"});
}

TEST_F(BadInput, AGroupThatFitsNoLayerNamesTheWidths) {
  write_text_file(source() / "config.json", R"({"model_type": "generic"})");
  write_tensors(source() / "model.safetensors",
                {{"x.weight", host_tensor(DType::kF32, {2, 64}, std::vector<float>(128, 1.F))}});
  expect_refused({"group size 128 fits no layer", "64", "--q-group-size 32 or 64"}, 2,
                 {"-q", "--q-group-size", "128", "--model-type", "generic"});
}

}  // namespace
}  // namespace decibit
