// SPDX-License-Identifier: Apache-2.0
// What must not change a result: threads, instruction sets, checks, flushing, shards. And what a
// dry run promises is what a run does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "command_line.h"
#include "convert/convert.h"
#include "host_tensors.h"
#include "io/safetensors.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using testing::CommandRun;
using testing::expect_same_folder;
using testing::expect_same_tensors;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::read_json_file;
using testing::read_tensors;
using testing::run_convert;
using testing::ScratchFolder;

struct Work {
  const char* name;
  const char* source;
  std::vector<std::string> flags;
};

void PrintTo(const Work& work, std::ostream* out) { *out << work.name; }

const Work kWorks[] = {{"affine4", "whisper", {"-q"}},
                       {"affine5g32", "q3lm_f32", {"-q", "--q-bits", "5", "--q-group-size", "32"}},
                       {"mxfp4", "q3lm", {"-q", "--q-mode", "mxfp4"}},
                       {"mxfp8", "q3lm", {"-q", "--q-mode", "mxfp8"}},
                       {"nvfp4", "whisper_f16", {"-q", "--q-mode", "nvfp4"}},
                       {"metal", "q3lm", {"-q", "--q-profile", "metal"}},
                       {"casts", "q2a", {"--dtype", "float16"}},
                       {"rows", "kitten", {"-q", "--scope", "all", "--q-group-size", "32"}},
                       {"large", "vxrt", {"-q", "--q-bits", "8"}}};

class SameBytes : public ::testing::TestWithParam<Work> {
 protected:
  void SetUp() override { convert("reference", {"--isa", "reference", "--threads", "1"}); }

  void convert(const std::string& target, const std::vector<std::string>& more) {
    std::vector<std::string> flags = GetParam().flags;
    flags.insert(flags.end(), more.begin(), more.end());
    const CommandRun run = run_convert(golden_source(GetParam().source), scratch_ / target, flags);
    ASSERT_EQ(run.exit_code, 0) << run.err;
  }
  void expect_same(const std::vector<std::string>& flags) {
    SCOPED_TRACE(::testing::PrintToString(flags));
    fs::remove_all(scratch_ / "other");
    convert("other", flags);
    expect_same_folder(scratch_ / "other", scratch_ / "reference");
  }

  ScratchFolder scratch_;
};

TEST_P(SameBytes, ForEveryNumberOfThreads) {
  for (const char* threads : {"1", "2", "3", "7"}) expect_same({"--threads", threads});
}

TEST_P(SameBytes, ForEveryInstructionSet) {
  for (const KernelTable* table : supported_tables())
    expect_same({"--isa", std::string(table->name)});
}

TEST_P(SameBytes, WithEveryCheck) { expect_same({"--verify", "--sync"}); }

INSTANTIATE_TEST_SUITE_P(Convert, SameBytes, ::testing::ValuesIn(kWorks),
                         [](const auto& test) { return std::string(test.param.name); });

// Figures are sums in a fixed order.
TEST(SameFigures, ForEveryNumberOfThreads) {
  ConvertOptions options;
  options.source = golden_source("vxrt");
  options.quantize = true;
  const ScratchFolder scratch;
  std::vector<double> noise;
  for (const unsigned threads : {1U, 2U, 3U, 7U}) {
    options.threads = threads;
    options.target = scratch / std::to_string(threads);
    Reporter silent;
    const auto summary = convert(options, silent);
    ASSERT_TRUE(summary) << summary.error().message;
    noise.push_back(summary->total.error.noise);
  }
  for (const double sum : noise) EXPECT_EQ(sum, noise.front());
  EXPECT_GT(noise.front(), 0);
}

TEST(UnknownInstructionSet, IsAUsageError) {
  const ScratchFolder scratch;
  const CommandRun run =
      run_convert(golden_source("whisper"), scratch / "out", {"--isa", "sse1000"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("reference"));
}

// --- shards
// ---------------------------------------------------------------------------------------

struct ShardLimit {
  const char* text;
  std::uint64_t bytes;
};

class ShardSize : public ::testing::TestWithParam<ShardLimit> {};

TEST_P(ShardSize, SplitsWithoutEmptyShardAndWithTheRightIndex) {
  const ScratchFolder scratch;
  const fs::path one = scratch / "one", split = scratch / "split";
  ASSERT_EQ(run_convert(golden_source("whisper"), one, {"-q"}).exit_code, 0);
  const CommandRun run =
      run_convert(golden_source("whisper"), split, {"-q", "--max-shard-size", GetParam().text});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  expect_same_tensors(read_tensors(split), read_tensors(one));

  const Json index = read_json_file(split / "model.safetensors.index.json");
  std::map<std::string, std::set<std::string>> listed;
  for (const auto& [tensor, file] : *index.find("weight_map")->object())
    listed[*file.string()].insert(tensor);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(split))
    files += entry.path().extension() == ".safetensors" ? 1 : 0;
  EXPECT_EQ(files, listed.size());
  EXPECT_GT(files, 1U);
  for (const auto& [file, tensors] : listed) {
    const auto opened = open_safetensors(split / file);
    ASSERT_TRUE(opened) << file;
    std::set<std::string> present;
    std::uint64_t bytes = 0;
    for (const Tensor& tensor : opened->tensors) {
      present.insert(tensor.name);
      bytes += static_cast<std::uint64_t>(tensor.size_bytes());
    }
    EXPECT_EQ(present, tensors) << file;
    EXPECT_FALSE(present.empty()) << file;
    EXPECT_TRUE(bytes <= GetParam().bytes || present.size() == 1) << file << ": " << bytes;
  }
  EXPECT_EQ(*index.find("metadata"),
            *read_json_file(one / "model.safetensors.index.json").find("metadata"));
  EXPECT_EQ(testing::run_command({"inspect", split.string(), "--verify"}).exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(Convert, ShardSize,
                         ::testing::Values(ShardLimit{"1", 1}, ShardLimit{"4kB", 4000},
                                           ShardLimit{"100KiB", 102400}),
                         [](const auto& test) { return "At" + std::string(test.param.text); });

TEST(ShardSize, AtTheSizeOfAllTensorsThereIsOneFile) {
  const ScratchFolder scratch;
  ASSERT_EQ(run_convert(golden_source("whisper"), scratch / "one").exit_code, 0);
  const Json total = *read_json_file(scratch / "one" / "model.safetensors.index.json")
                          .find("metadata")
                          ->find("total_size");
  for (const std::int64_t less : {0, 1}) {
    const std::string target = "less" + std::to_string(less);
    ASSERT_EQ(run_convert(golden_source("whisper"), scratch / target,
                          {"--max-shard-size", std::to_string(*total.integer() - less)})
                  .exit_code,
              0);
    EXPECT_EQ(fs::exists(scratch / target / "model.safetensors"), less == 0);
    EXPECT_EQ(fs::exists(scratch / target / "model-00002-of-00002.safetensors"), less == 1);
  }
}

// --- dry run
// --------------------------------------------------------------------------------------

class DryRun : public ::testing::TestWithParam<Work> {};

TEST_P(DryRun, PromisesTheSizesOfTheRun) {
  const ScratchFolder scratch;
  std::vector<std::string> flags = GetParam().flags;
  flags.emplace_back("--json");
  const CommandRun real = run_convert(golden_source(GetParam().source), scratch / "real", flags);
  flags.emplace_back("--dry-run");
  const CommandRun dry = run_convert(golden_source(GetParam().source), scratch / "dry", flags);
  ASSERT_EQ(real.exit_code, 0) << real.err;
  ASSERT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_FALSE(fs::exists(scratch / "dry"));
  EXPECT_FALSE(fs::exists(scratch / "dry.partial"));

  const Json promised = *Json::parse(dry.out), done = *Json::parse(real.out);
  for (const char* key : {"files", "needed_disk_bytes", "source_bytes", "notes", "model_type"})
    EXPECT_EQ(*promised.find(key), *done.find(key)) << key;
  const Json::Array& theirs = *promised.find("components")->array();
  const Json::Array& ours = *done.find("components")->array();
  ASSERT_EQ(theirs.size(), ours.size());
  for (std::size_t i = 0; i < ours.size(); ++i)
    for (const char* key : {"name", "tensors", "method", "weights", "bits_per_weight", "bytes"})
      EXPECT_EQ(*theirs[i].find(key), *ours[i].find(key)) << key;

  std::uint64_t on_disk = 0;
  std::set<std::string> files;
  for (const auto& [name, content] : testing::folder_content(scratch / "real")) {
    files.insert(name);
    on_disk += content.size();
  }
  std::set<std::string> listed;
  for (const Json& file : *done.find("files")->array()) listed.insert(*file.string());
  EXPECT_EQ(files, listed);
  // An upper bound, so that a run does not end for want of room, and not a wild one: header and
  // index text of the tensors, about 200 bytes each, is all that is estimated.
  const auto needed = static_cast<std::uint64_t>(*done.find("needed_disk_bytes")->integer());
  EXPECT_GE(needed, on_disk);
  EXPECT_LE(needed, on_disk + 300 * 1000);
}

INSTANTIATE_TEST_SUITE_P(Convert, DryRun, ::testing::ValuesIn(kWorks),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace decibit
