// SPDX-License-Identifier: Apache-2.0
// Every case of the golden conversions, through the command line: the same tensors, bit for bit,
// the same config.json text, the same files, except for the documented differences below
// (docs/differences.md says more about each).
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "cli/run.h"
#include "folder_digest.h"
#include "io/byte_source.h"
#include "io/json.h"
#include "procedural.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using testing::file_digests;
using testing::golden_source_folder;
using testing::tensor_digests;

const fs::path kGolden = fs::path(DECIBIT_SOURCE_DIR) / "tests/golden/convert";

enum class Difference {
  kWorksHere,   // the reference fails, we do what was asked
  kRefused,     // the reference writes nonsense, we refuse with this exit code
  kTorchDtype,  // torch_dtype in config.json is told truly
};

struct Row {
  std::string_view id;
  Difference difference;
  int exit_code;
  std::string_view reason;
};

constexpr std::string_view kRecipes = "recipes work on every model";
constexpr std::string_view kRequantize = "a quantized MLX folder is a source like any other";
constexpr std::string_view kTwice = "a conversion's result can be converted again";
constexpr std::string_view kTruth = "torch_dtype says what the file holds";

constexpr std::array kDifferences = {
    Row{"kokoro_recipe", Difference::kWorksHere, 0, kRecipes},
    Row{"whisper_recipe", Difference::kWorksHere, 0, kRecipes},
    Row{"vxrt_recipe", Difference::kWorksHere, 0, kRecipes},
    Row{"vx_recipe", Difference::kWorksHere, 0, kRecipes},
    Row{"q3tts_recipe", Difference::kWorksHere, 0, kRecipes},
    Row{"pk_recipe", Difference::kWorksHere, 0, kRecipes},
    Row{"kokoro_requant_q8", Difference::kWorksHere, 0, kRequantize},
    Row{"kokoro_dequant", Difference::kWorksHere, 0, kRequantize},
    Row{"kokoro_q4_twice", Difference::kWorksHere, 0, kTwice},
    Row{"kokoro_plain_again", Difference::kWorksHere, 0, kTwice},
    Row{"whisper_requant", Difference::kWorksHere, 0, kRequantize},
    Row{"whisper_dequant", Difference::kWorksHere, 0, kRequantize},
    Row{"whisper_dequant_mxfp8", Difference::kWorksHere, 0, kRequantize},
    Row{"whisper_q4_copy", Difference::kWorksHere, 0, kTwice},
    Row{"q3tts_q4_again", Difference::kWorksHere, 0, kTwice},
    Row{"q3lm_mixed_again", Difference::kWorksHere, 0, kTwice},
    Row{"whisper_proj_out", Difference::kWorksHere, 0,
        "proj_out is the tied head of a Hugging Face checkpoint and is left out"},
    Row{"pk_nemo_plain", Difference::kWorksHere, 0,
        "a NeMo config without model_type is recognised by its keys"},
    Row{"whisper_bad_bits0", Difference::kRefused, 2, "0 is no bit width"},
    Row{"whisper_bad_group48", Difference::kRefused, 2,
        "the reference quantizes nothing and says it did"},
    Row{"whisper_dtype_f16", Difference::kTorchDtype, 0, kTruth},
    Row{"whisper_dtype_bf16", Difference::kTorchDtype, 0, kTruth},
    Row{"whisper_q4_bf16", Difference::kTorchDtype, 0, kTruth},
    Row{"whisper_f16_nvfp4_bf16", Difference::kTorchDtype, 0, kTruth},
    Row{"vx_q6_g32_f16", Difference::kTorchDtype, 0, kTruth},
    Row{"vx_dtype_f32", Difference::kTorchDtype, 0, kTruth},
    Row{"q3lm_mixed_4_6_f16", Difference::kTorchDtype, 0, kTruth},
};

const Row* difference_of(std::string_view id) {
  const auto* row = std::find_if(kDifferences.begin(), kDifferences.end(),
                                 [&](const Row& r) { return r.id == id; });
  return row == kDifferences.end() ? nullptr : row;
}

/// Source files that the reference copies beside its result although they are the weights it was
/// made from: its loader then merges both.
bool is_source_weight(const std::string& file) {
  return file == "consolidated.safetensors" || file == "weights.safetensors";
}

/// Files that a model needs at run time, or a person by law, and that the reference forgets.
bool is_rightly_copied(const std::string& file) {
  static const std::set<std::string> kFiles = {"LICENSE",
                                               "voices.npz",
                                               "voices/v.npz",
                                               "d.yml",
                                               "l.jsonl",
                                               "m.mvn",
                                               "sub/model.safetensors.index.json"};
  return kFiles.contains(file);
}

Json read_json(const fs::path& path) {
  auto text = read_text(path);
  if (!text) throw std::runtime_error(text.error().message);
  auto json = Json::parse(*text);
  if (!json) throw std::runtime_error(json.error().message);
  return *json;
}

std::vector<std::string> case_ids() {
  std::vector<std::string> ids;
  for (const auto& entry : fs::directory_iterator(kGolden / "cases"))
    ids.push_back(entry.path().stem().string());
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// A folder of this process, removed at its end.
const fs::path& scratch() {
  struct Folder {
    fs::path path = fs::temp_directory_path() / ("decibit-golden-" + std::to_string(::getpid()));
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
  };
  static const Folder folder;
  return folder.path;
}

struct Converted {
  fs::path source, folder;
  int exit_code = 0;
};

Converted convert_case(const Json& golden);

/// The case's source: a procedural checkpoint, the result of another case, or a path that is none.
fs::path source_of(const Json& golden) {
  if (const Json* from = golden.find("from_case"); from != nullptr && from->string() != nullptr)
    return convert_case(read_json(kGolden / "cases" / (*from->string() + ".json"))).folder;
  const fs::path folder = golden_source_folder(*golden.find("source")->string(),
                                               fs::path(DECIBIT_BINARY_DIR) / "golden_sources");
  const Json* path = golden.find("hf_path");
  if (path != nullptr && path->string() != nullptr && *path->string() != folder.filename().string())
    return *path->string();
  return folder;
}

Converted convert_case(const Json& golden) {
  const std::string id = *golden.find("id")->string();
  Converted result{source_of(golden), scratch() / id};
  fs::remove_all(result.folder);
  // --layout mlx: the order that the reference writes; auto, our default, writes a dense Kokoro and
  // Qwen2-Audio in the order that the reference can load.
  std::vector<std::string> words = {"convert",
                                    "--hf-path",
                                    result.source.string(),
                                    "--mlx-path",
                                    result.folder.string(),
                                    "--layout",
                                    "mlx",
                                    "--quiet"};
  for (const Json& argument : *golden.find("args")->array()) words.push_back(*argument.string());
  result.exit_code = cli::run(words);
  return result;
}

void expect_tensors(const Json& golden, const fs::path& folder) {
  const auto ours = tensor_digests(folder);
  std::map<std::string, std::string> theirs;
  for (const auto& [name, digest] : *golden.find("tensors")->object())
    theirs[name] = *digest.string();
  for (const auto& [name, digest] : theirs) {
    const auto it = ours.find(name);
    if (it == ours.end())
      ADD_FAILURE() << "missing " << name << " " << digest;
    else
      EXPECT_EQ(it->second, digest) << name;
  }
  for (const auto& [name, digest] : ours)
    if (!theirs.contains(name)) ADD_FAILURE() << "unexpected " << name << " " << digest;
}

void expect_config(const Json& golden, const fs::path& folder, const Row* row) {
  std::string expected = *golden.find("config_json")->string();
  if (row != nullptr && row->difference == Difference::kTorchDtype) {
    const Json::Array& args = *golden.find("args")->array();
    const auto flag = std::find(args.begin(), args.end(), Json("--dtype"));
    ASSERT_TRUE(flag != args.end());
    auto config = Json::parse(expected);
    ASSERT_TRUE(config);
    const Json* told = config->find("torch_dtype");
    ASSERT_TRUE(told != nullptr && *told != *(flag + 1)) << "no difference to document";
    config->set("torch_dtype", *(flag + 1));
    expected = config->dump(4);
  }
  EXPECT_EQ(testing::file_bytes(folder / "config.json"), expected);
}

void expect_files(const Json& golden, const fs::path& source, const fs::path& folder) {
  const auto ours = file_digests(folder);
  const Json::Object& theirs = *golden.find("files")->object();
  for (const auto& [name, text] : theirs) {
    const bool is_data = name.ends_with(".safetensors");
    if (text.string()->starts_with("written") || text.string()->ends_with("weights")) continue;
    if (is_source_weight(name)) {
      EXPECT_FALSE(ours.contains(name)) << name << " stands beside the result";
    } else if (!ours.contains(name)) {
      ADD_FAILURE() << "not copied: " << name;
    } else if (is_data) {  // its bytes depend on how the source was written
      EXPECT_EQ(testing::file_bytes(folder / name), testing::file_bytes(source / name)) << name;
    } else {
      EXPECT_EQ(ours.at(name), *text.string()) << name;
    }
  }
  for (const auto& [name, digest] : ours)
    EXPECT_TRUE(golden.find("files")->find(name) != nullptr || is_rightly_copied(name))
        << "copied although the reference does not, for no reason: " << name;
}

void expect_index(const fs::path& folder) {
  const Json index = read_json(folder / "model.safetensors.index.json");
  std::set<std::string> listed;
  for (const auto& [name, file] : *index.find("weight_map")->object()) {
    EXPECT_TRUE(fs::exists(folder / *file.string())) << name << " in " << *file.string();
    EXPECT_TRUE(listed.insert(name).second) << name;
  }
  std::set<std::string> present;
  for (const auto& [name, digest] : tensor_digests(folder)) present.insert(name);
  EXPECT_EQ(listed, present);
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, Case) {
  const Json golden = read_json(kGolden / "cases" / (GetParam() + ".json"));
  const Row* row = difference_of(GetParam());
  const std::int64_t their_exit = *golden.find("exit")->integer();
  const Converted converted = convert_case(golden);
  if (row != nullptr && row->difference == Difference::kRefused) {
    EXPECT_EQ(their_exit, 0);
    EXPECT_EQ(converted.exit_code, row->exit_code) << row->reason;
    EXPECT_FALSE(fs::exists(converted.folder));
    return;
  }
  if (row != nullptr && row->difference == Difference::kWorksHere) {
    EXPECT_NE(their_exit, 0);
    EXPECT_EQ(converted.exit_code, 0) << row->reason;
    expect_index(converted.folder);
    return;
  }
  if (their_exit != 0) {
    EXPECT_GE(converted.exit_code, 2);
    EXPECT_LE(converted.exit_code, 8);
    EXPECT_FALSE(fs::exists(converted.folder));
    return;
  }
  ASSERT_EQ(converted.exit_code, 0);
  expect_tensors(golden, converted.folder);
  expect_config(golden, converted.folder, row);
  expect_files(golden, converted.source, converted.folder);
  expect_index(converted.folder);
  EXPECT_EQ(*read_json(converted.folder / "model.safetensors.index.json")
                 .find("metadata")
                 ->find("total_size"),
            *golden.find("index_metadata")->find("total_size"));
}

INSTANTIATE_TEST_SUITE_P(Convert, Golden, ::testing::ValuesIn(case_ids()),
                         [](const auto& test) { return test.param; });

TEST(GoldenDifferences, EachNamesACase) {
  const auto ids = case_ids();
  for (const Row& row : kDifferences)
    EXPECT_TRUE(std::find(ids.begin(), ids.end(), row.id) != ids.end()) << row.id;
}

}  // namespace
}  // namespace decibit
