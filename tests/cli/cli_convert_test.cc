// SPDX-License-Identifier: Apache-2.0
// decibit convert as its user meets it: what is refused before any work, what is warned of, and
// what the JSON holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "host_tensors.h"
#include "io/json.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

Json json_of(const CommandRun& run) {
  auto json = Json::parse(run.out, Json::Duplicates::kError);
  EXPECT_TRUE(json) << run.out;
  EXPECT_EQ(run.out.find('\n'), run.out.size() - 1) << "one object, one line";
  return json ? *json : Json();
}

std::string text_of(const Json& json, std::string_view key) {
  const Json* value = json.find(key);
  return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
}

/// A run that must fail before it touches the target.
CommandRun refused(const std::vector<std::string>& flags, int exit_code) {
  const ScratchFolder folder;
  const CommandRun run = run_convert(golden_source("whisper"), folder / "out", flags);
  EXPECT_EQ(run.exit_code, exit_code) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(run.err.starts_with("error: ")) << run.err;
  EXPECT_TRUE(fs::is_empty(folder.path()));
  return run;
}

TEST(CliConvert, ContradictionsAreUsageErrors) {
  EXPECT_THAT(refused({"-q", "-d"}, 2).err, HasSubstr("exclude each other"));
  EXPECT_THAT(refused({"-q", "--q-bits", "0"}, 2).err, HasSubstr("1, 2, 3, 4, 5, 6, 8"));
  EXPECT_THAT(refused({"-q", "--q-group-size", "48"}, 2).err, HasSubstr("16, 32, 64, 128"));
  refused({"-q", "--q-mode", "mxfp4", "--q-bits", "8"}, 2);
  refused({"-q", "--q-group-size", "16"}, 2);  // nvfp4's alone
  refused({"-q", "--rule", "fc1"}, 2);
  EXPECT_THAT(refused({"-q", "--rule", "(=8:64"}, 2).err, HasSubstr("regular expression"));
  refused({"-q", "--rule", "no such tensor=8:64"}, 2);
  refused({"--max-shard-size", "big"}, 2);
  refused({"--threads", "0"}, 2);
}

TEST(CliConvert, WhatNeedsTheHubFailsAtOnceAndSaysWhatToDo) {
  EXPECT_THAT(refused({"--upload-repo", "me/mine"}, 2).err, HasSubstr("hf upload me/mine"));
  EXPECT_THAT(refused({"--revision", "main"}, 2).err, HasSubstr("--revision main"));
  const ScratchFolder folder;
  const CommandRun run = run_convert("hexgrad/Kokoro-82M", folder / "out");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("hf download hexgrad/Kokoro-82M"));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(CliConvert, PathsThatDoNotExistAreNotFoundAndNeverRepositories) {
  const ScratchFolder folder;
  for (const char* path : {"./nope", "../nope", "/nope/nope", "~/nope", "nope"}) {
    const CommandRun run = run_convert(path, folder / "out");
    EXPECT_EQ(run.exit_code, 3) << path;
    EXPECT_THAT(run.err, HasSubstr("no such file or folder")) << path;
  }
  fs::create_directory(folder / "kokoro");
  EXPECT_THAT(run_convert(folder / "kokroo", folder / "out").err,
              HasSubstr("did you mean kokoro?"));
}

TEST(CliConvert, QuantizationFlagsAloneAreWarnedOfAndStrictlyRefused) {
  const ScratchFolder folder;
  const CommandRun run = run_convert(golden_source("whisper"), folder / "out",
                                     {"--q-bits", "4", "--q_mode", "affine"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.err, HasSubstr("warning: --q-bits, --q-mode without -q: have no effect"));
  EXPECT_THAT(run.out, Not(HasSubstr("affine")));
  EXPECT_THAT(refused({"--q-bits", "4", "--strict"}, 8).err, HasSubstr("--q-bits without -q"));
}

TEST(CliConvert, AProfileNeedsSomethingToQuantize) {
  EXPECT_THAT(refused({"--q-profile", "metal", "--strict"}, 8).err,
              HasSubstr("--q-profile without"));
  const ScratchFolder folder;
  const fs::path source = golden_source("whisper");
  const CommandRun rule = run_convert(source, folder / "rule",
                                      {"--strict", "--q-profile", "metal", "--rule", "mlp1=4:64"});
  EXPECT_EQ(rule.exit_code, 0) << rule.err;
  EXPECT_THAT(rule.err, Not(HasSubstr("experimental")));
  const CommandRun cuda = run_convert(source, folder / "cuda", {"-q", "--q-profile", "cuda"});
  EXPECT_THAT(cuda.err, HasSubstr("experimental"));
}

TEST(CliConvert, AVerifiedResultIsSaidToBe) {
  const ScratchFolder folder;
  const fs::path source = golden_source("whisper");
  EXPECT_THAT(run_convert(source, folder / "a", {"--verify"}).out, HasSubstr("verified "));
  const auto verified = [&](const char* target, const std::vector<std::string>& flags) {
    return *json_of(run_convert(source, folder / target, flags)).find("verified")->boolean();
  };
  EXPECT_TRUE(verified("b", {"--verify", "--json"}));
  EXPECT_FALSE(verified("c", {"--json"}));
  EXPECT_FALSE(verified("d", {"--verify", "--dry-run", "--json"}));
}

TEST(CliConvert, TheRootOfAHubCacheIsNoModel) {
  const ScratchFolder folder;
  const fs::path root = folder / "models--openai--whisper-tiny";
  fs::create_directories(root / "snapshots" / "0a1b2c");
  const CommandRun run = run_convert(root, folder / "out");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("try:   " + (root / "snapshots" / "0a1b2c").string()));
}

TEST(CliConvert, JsonHoldsWhatTheTableShows) {
  const ScratchFolder folder;
  const CommandRun run =
      run_convert(golden_source("whisper"), folder / "out", {"-q", "--json", "--q-profile", "cpu"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json json = json_of(run);
  EXPECT_EQ(text_of(json, "schema"), "decibit.convert/1");
  EXPECT_TRUE(*json.find("ok")->boolean());
  EXPECT_EQ(text_of(json, "model_type"), "whisper");
  EXPECT_FALSE(json.find("components")->array()->empty());
  const Json& total = *json.find("total");
  EXPECT_GT(*total.find("sqnr_db")->real(), 10);
  EXPECT_GT(*total.find("bytes")->integer(), 0);
  EXPECT_GT(*json.find("peak_memory_bytes")->integer(), 0);
}

TEST(CliConvert, JsonAnswersFailuresToo) {
  const auto failure = [](const CommandRun& run, std::int64_t code) {
    EXPECT_EQ(run.exit_code, code);
    EXPECT_TRUE(run.err.starts_with("error: ")) << run.err;
    const Json json = json_of(run);
    EXPECT_EQ(text_of(json, "schema"), "decibit.convert/1");
    EXPECT_FALSE(*json.find("ok")->boolean());
    const Json* error = json.find("error");
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(*error->find("code")->integer(), code);
    EXPECT_FALSE(text_of(*error, "message").empty());
  };
  failure(run_command({"convert", "--json", "--hf-path", "./nope"}), 3);
  failure(run_command({"convert", "--json", "--no-such-flag"}), 2);  // not even parsed
  failure(run_command({"convert", "--json"}), 2);
}

TEST(CliConvert, ADryRunShowsTheTableAndWritesNothing) {
  const ScratchFolder folder;
  const CommandRun run = run_convert(golden_source("whisper"), folder / "out", {"-q", "--dry-run"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("affine 4:64"));
  EXPECT_THAT(run.out, HasSubstr("nothing written"));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(CliConvert, RelativeTargetsAreFine) {
  const ScratchFolder folder;
  const fs::path before = fs::current_path();
  const fs::path source = golden_source("whisper");
  fs::current_path(folder.path());
  const CommandRun run = run_command({"convert", "--hf-path", source.string()});
  fs::current_path(before);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(fs::exists(folder / "mlx_model" / "config.json"));
}

TEST(CliConvert, EmptyTargetsAreFilledAndFullOnesNeedForce) {
  // Field report B054.
  const ScratchFolder folder;
  fs::create_directory(folder / "out");
  const fs::path source = golden_source("whisper");
  EXPECT_EQ(run_convert(source, folder / "out").exit_code, 0);
  const auto content = folder_content(folder / "out");
  const CommandRun again = run_convert(source, folder / "out", {"-q"});
  EXPECT_EQ(again.exit_code, 3);
  EXPECT_EQ(folder_content(folder / "out"), content);
  write_text_file(folder / "out" / "model-00002-of-00002.safetensors", "stale");
  EXPECT_EQ(run_convert(source, folder / "out", {"--force"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(folder / "out" / "model-00002-of-00002.safetensors"));
  EXPECT_EQ(run_command({"inspect", (folder / "out").string(), "--verify"}).exit_code, 0);
}

}  // namespace
}  // namespace decibit::testing
