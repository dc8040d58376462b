// SPDX-License-Identifier: Apache-2.0
// What only the real process shows: streams, terminals, signals, exit codes as a shell sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>

#include "child.h"
#include "command_line.h"
#include "host_tensors.h"
#include "io/json.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// 64 MB in four matrices: long enough to be met in the middle, on a slow build too.
fs::path large_source(const ScratchFolder& folder) {
  const fs::path source = folder / "large";
  fs::create_directories(source);
  HostTensors tensors;
  const std::vector<float> values(std::size_t{2048} * 2048, 0.5F);
  for (const char* name : {"a.weight", "b.weight", "c.weight", "d.weight"}) {
    tensors[name] = host_tensor(DType::kF32, {2048, 2048}, values);
  }
  write_tensors(source / "model.safetensors", tensors);
  return source;
}

std::vector<std::string> convert_large(const fs::path& source, const fs::path& target) {
  return {"convert",      "--hf-path", source.string(), "--mlx-path", target.string(), "-q",
          "--model-type", "generic",   "--threads",     "1",          "--isa",         "reference"};
}

TEST(CliProcess, ResultsGoToStdoutAndEverythingElseToStderr) {
  const ScratchFolder folder;
  const ChildResult good = run_child({"convert", "--hf-path", golden_source("whisper").string(),
                                      "--mlx-path", (folder / "out").string(), "-q"});
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("encoder"));
  EXPECT_THAT(good.out, HasSubstr("saved "));
  EXPECT_THAT(good.err, Not(HasSubstr("encoder  ")));
  const ChildResult bad = run_child({"convert", "--hf-path", "./nope"});
  EXPECT_EQ(bad.exit_code, 3);
  EXPECT_EQ(bad.out, "");
  EXPECT_TRUE(bad.err.starts_with("error: ")) << bad.err;
}

// The pipe has no writer, and may never have one.
TEST(CliProcess, IsInterruptedWhileItWaitsForAPipe) {
  const ScratchFolder folder;
  const std::string pipe = (folder / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const ChildResult run =
      run_child({"speak", "--explain", "--voice", "bf_emma", "--file", pipe},
                {.signal = SIGINT, .signal_after = "British English is not read yet"});
  EXPECT_EQ(run.exit_code, 130) << run.err;
  EXPECT_EQ(run.out, "");
}

TEST(CliProcess, QuietMeansSilent) {
  const ScratchFolder folder;
  const ChildResult run =
      run_child({"convert", "--hf-path", golden_source("whisper").string(), "--mlx-path",
                 (folder / "out").string(), "--q-bits", "4", "--quiet"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err, "");
  EXPECT_TRUE(fs::exists(folder / "out" / "config.json"));
}

TEST(CliProcess, ColoursAreForTerminalsThatWantThem) {
  const std::vector<std::string> words = {"inspect", golden_source("whisper").string()};
  EXPECT_THAT(run_child(words).out, Not(HasSubstr("\x1b[")));
  EXPECT_THAT(run_child(words, {.on_terminal = true}).out, HasSubstr("\x1b["));
  for (const char* variable : {"NO_COLOR=1", "TERM=dumb"}) {
    const ChildResult run = run_child(words, {.environment = {variable}, .on_terminal = true});
    EXPECT_THAT(run.out, Not(HasSubstr("\x1b["))) << variable;
    EXPECT_THAT(run.out, HasSubstr("encoder")) << variable;
  }
}

TEST(CliProcess, TheBarIsDrawnOnATerminalAndTakenOffAtTheEnd) {
  const ScratchFolder folder;
  const fs::path source = large_source(folder);
  const ChildResult run = run_child(convert_large(source, folder / "out"), {.on_terminal = true});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, HasSubstr("━"));
  EXPECT_THAT(run.out, HasSubstr("\r\x1b[K"));
  const std::string after_table = run.out.substr(run.out.find("component"));
  EXPECT_THAT(after_table, Not(HasSubstr("━")));
  const ChildResult piped = run_child(convert_large(source, folder / "out2"));
  EXPECT_EQ(piped.exit_code, 0);
  EXPECT_THAT(piped.err, Not(HasSubstr("\r")));
}

TEST(CliProcess, BeingStoppedLeavesNothingBehind) {
  const ScratchFolder folder;
  const fs::path source = large_source(folder);
  fs::create_directory(folder / "targets");
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const ChildResult run = run_child(convert_large(source, folder / "targets" / "out"),
                                      {.on_terminal = true, .signal = signal, .signal_after = "%"});
    EXPECT_EQ(run.exit_code, 130) << signal;
    EXPECT_THAT(run.out, HasSubstr("interrupted")) << signal;
    EXPECT_TRUE(fs::is_empty(folder / "targets")) << signal;
  }
}

TEST(CliProcess, ALinkNamedLikeMlxAudiosProgramConverts) {
  const ScratchFolder folder;
  const ChildResult run = run_child(
      {"--hf_path", golden_source("whisper").string(), "--mlx_path", (folder / "out").string()},
      {.called_as = "/opt/bin/mlx_audio.convert"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(fs::exists(folder / "out" / "config.json"));
}

TEST(CliProcess, AReaderThatLeavesEndsTheProgramWithTheCodeOfAPipe) {
  EXPECT_EQ(run_child({"help", "convert"}, {.reader_leaves = true}).exit_code, 141);
}

TEST(CliProcess, AFullStandardOutputIsAnError) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  const ChildResult run = run_child({"help"}, {.stdout_file = "/dev/full"});
  EXPECT_EQ(run.exit_code, 7);
  EXPECT_THAT(run.err, HasSubstr("error: cannot write to standard output"));
}

TEST(CliProcess, VersionIsOneLineOfJsonWhenAsked) {
  const ChildResult run = run_child({"--version", "--json"});
  EXPECT_EQ(run.exit_code, 0);
  const auto json = Json::parse(run.out);
  ASSERT_TRUE(json) << run.out;
  EXPECT_EQ(*json->find("schema")->string(), "decibit.version/1");
  EXPECT_FALSE(json->find("isa")->string()->empty());
  EXPECT_THAT(run_child({"--version"}).out, HasSubstr(*json->find("version")->string()));
}

TEST(CliProcess, NoCommandIsAnErrorThatShowsTheCommands) {
  const ChildResult run = run_child({});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("convert"));
  const ChildResult typo = run_child({"conver"});
  EXPECT_EQ(typo.exit_code, 2);
  EXPECT_THAT(typo.err, HasSubstr("did you mean convert?"));
}

}  // namespace
}  // namespace decibit::testing
