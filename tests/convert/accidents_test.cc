// SPDX-License-Identifier: Apache-2.0
// Signals, full disks and files that cannot be read: at every moment the target is what it was
// before or the whole result, and the next run works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <limits>
#include <thread>

#include "command_line.h"
#include "convert/convert.h"
#include "folder_digest.h"
#include "host_tensors.h"
#include "program.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::CommandRun;
using testing::expect_same_folder;
using testing::file_bytes;
using testing::folder_content;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::HostTensor;
using testing::HostTensors;
using testing::kCannotStart;
using testing::Program;
using testing::read_tensors;
using testing::run_convert;
using testing::run_program;
using testing::ScratchFolder;
using testing::write_tensors;
using testing::write_text_file;

fs::path partial_of(const fs::path& target) { return target.string() + ".partial"; }

std::vector<std::string> convert_words(const fs::path& source, const fs::path& target) {
  return {"convert",   "--hf-path", source.string(), "--mlx-path", target.string(), "-q",
          "--threads", "1",         "--model-type",  "generic"};
}

/// 96 MB in six matrices: long enough to be caught in the middle.
fs::path large_source(const fs::path& folder) {
  HostTensors tensors;
  for (int i = 0; i < 6; ++i) {
    std::vector<float> values(2048 * 2048);
    for (std::size_t j = 0; j < values.size(); ++j)
      values[j] = static_cast<float>((j * 2654435761U + static_cast<std::size_t>(i)) % 2001) - 1000;
    tensors["layers." + std::to_string(i) + ".weight"] =
        testing::host_tensor(DType::kF32, {2048, 2048}, values);
  }
  write_tensors(folder / "model.safetensors", tensors);
  return folder;
}

/// Waits until DIR.partial holds this many bytes, or the program has ended.
void wait_for_partial(Program& program, const fs::path& target, std::uint64_t bytes) {
  const auto size = [&] {
    std::error_code ignored;
    std::uint64_t sum = 0;
    for (const auto& entry : fs::directory_iterator(partial_of(target), ignored))
      sum += fs::file_size(entry.path(), ignored);
    return sum;
  };
  while (program.running() && size() < bytes)
    std::this_thread::sleep_for(std::chrono::microseconds(200));
}

TEST(Accidents, KilledAtAnyMomentTheTargetIsAbsentOrWhole) {
  const ScratchFolder scratch;
  const fs::path source = large_source(scratch / "source"), target = scratch / "out";
  ASSERT_EQ(run_program(convert_words(source, scratch / "undisturbed"), scratch / "log"), 0);
  const std::uint64_t whole = fs::file_size(scratch / "undisturbed" / "model.safetensors");
  int half_way = 0;
  for (const unsigned tenths : {0U, 1U, 3U, 5U, 9U}) {
    SCOPED_TRACE(tenths);
    Program program(convert_words(source, target), scratch / "log");
    wait_for_partial(program, target, whole * tenths / 10);
    program.send(SIGKILL);
    program.wait();
    half_way += fs::exists(partial_of(target)) ? 1 : 0;
    if (fs::exists(target)) {  // it was faster than the signal
      expect_same_folder(target, scratch / "undisturbed");
      fs::remove_all(target);
    }
  }
  EXPECT_GT(half_way, 0) << "every attempt was over before its signal";
  EXPECT_EQ(run_program(convert_words(source, target), scratch / "log"), 0);
  expect_same_folder(target, scratch / "undisturbed");
  EXPECT_FALSE(fs::exists(partial_of(target)));
}

TEST(Accidents, KilledWhileReplacingTheOldResultStays) {
  const ScratchFolder scratch;
  const fs::path source = large_source(scratch / "source"), target = scratch / "out";
  ASSERT_EQ(run_convert(golden_source("whisper"), target).exit_code, 0);
  const auto before = folder_content(target);
  std::vector<std::string> words = convert_words(source, target);
  words.emplace_back("--force");
  Program program(words, scratch / "log");
  wait_for_partial(program, target, 1);
  program.send(SIGKILL);
  if (program.wait() == -SIGKILL) {
    EXPECT_EQ(folder_content(target), before);
  }
  EXPECT_EQ(run_program(words, scratch / "log"), 0) << file_bytes(scratch / "log");
  EXPECT_FALSE(fs::exists(partial_of(target)));
}

TEST(Accidents, CtrlCLeavesNothingBehind) {
  const ScratchFolder scratch;
  const fs::path source = large_source(scratch / "source"), target = scratch / "out";
  int exit_code = 0;
  // A busy machine may let the program finish first.
  for (int attempt = 0; attempt < 5 && exit_code == 0; ++attempt) {
    fs::remove_all(target);
    Program program(convert_words(source, target), scratch / "log");
    wait_for_partial(program, target, 1);
    program.send(SIGINT);
    exit_code = program.wait();
  }
  EXPECT_EQ(exit_code, 130) << file_bytes(scratch / "log");
  EXPECT_THAT(file_bytes(scratch / "log"), HasSubstr("interrupted"));
  EXPECT_FALSE(fs::exists(target));
  EXPECT_FALSE(fs::exists(partial_of(target)));
}

/// Asks to stop at the n-th question.
class StopAt : public Reporter {
 public:
  explicit StopAt(int count) : left_(count) {}
  bool cancelled() const override { return --left_ < 0; }
  bool asked_often_enough() const { return left_ < 0; }

 private:
  mutable int left_;
};

TEST(Accidents, StoppedAtAnyQuestionTheTargetIsAbsent) {
  const ScratchFolder scratch;
  ConvertOptions options;
  options.source = golden_source("whisper");
  options.target = scratch / "out";
  options.quantize = options.verify = true;
  options.threads = 1;
  int stopped = 0;
  while (true) {
    StopAt reporter(stopped);
    const auto result = convert(options, reporter);
    if (!reporter.asked_often_enough()) {
      EXPECT_TRUE(result) << result.error().message;
      break;
    }
    ++stopped;
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kInterrupted);
    EXPECT_FALSE(fs::exists(options.target));
    EXPECT_FALSE(fs::exists(partial_of(options.target)));
  }
  EXPECT_GT(stopped, 3);
}

TEST(Accidents, AFailureHalfWayLeavesTheOldResult) {
  const ScratchFolder scratch;
  const fs::path source = testing::copy_golden_source("q3lm_f32", scratch / "source");
  HostTensors tensors = read_tensors(source);
  HostTensor& last = tensors.at("model.layers.1.mlp.up_proj.weight");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(last.bytes.data(), &nan, sizeof nan);
  write_tensors(source / "model.safetensors", tensors);
  ASSERT_EQ(run_convert(golden_source("q3lm_f32"), scratch / "out").exit_code, 0);
  const auto before = folder_content(scratch / "out");
  const CommandRun run = run_convert(source, scratch / "out", {"-q", "--force"});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_EQ(folder_content(scratch / "out"), before);
  EXPECT_FALSE(fs::exists(partial_of(scratch / "out")));
}

// --- no room ------------------------------------------------------------------------------------

TEST(FieldReports, B008_AFileSizeLimitHalfWay) {
  const ScratchFolder scratch;
  const fs::path source = large_source(scratch / "source"), target = scratch / "out";
  const std::uint64_t limit = 4 << 20;
  EXPECT_EQ(run_program(convert_words(source, target), scratch / "log", {.file_bytes = limit}), 7);
  EXPECT_THAT(file_bytes(scratch / "log"),
              AllOf(HasSubstr("error: "), HasSubstr("model.safetensors")));
  EXPECT_FALSE(fs::exists(target));
  EXPECT_FALSE(fs::exists(partial_of(target)));

  EXPECT_EQ(run_program(convert_words(source, target), scratch / "log"), 0);
  ASSERT_EQ(run_program(convert_words(source, scratch / "undisturbed"), scratch / "log"), 0);
  expect_same_folder(target, scratch / "undisturbed");
}

/// A file system of 8 MB, unmounted at the end; not mounted when this is not allowed here.
class SmallDisk {
 public:
  explicit SmallDisk(fs::path place) : place_(std::move(place)) {
    fs::create_directories(place_);
    mounted_ = ::mount("tmpfs", place_.c_str(), "tmpfs", 0, "size=8m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(place_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  fs::path place_;
  bool mounted_ = false;
};

TEST(FieldReports, B008_AFullDisk) {
  const ScratchFolder scratch;
  const fs::path source = large_source(scratch / "source");
  const SmallDisk disk(scratch / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  const fs::path target = scratch / "disk/out";
  const CommandRun run = run_convert(source, target, {"-q", "--model-type", "generic"});
  EXPECT_EQ(run.exit_code, 7);
  EXPECT_THAT(run.err, AllOf(HasSubstr("error: "), HasSubstr("needs"), HasSubstr("available")));
  EXPECT_TRUE(fs::is_empty(scratch / "disk"));

  // What fits beside nothing else fits.
  EXPECT_EQ(run_convert(golden_source("whisper"), target).exit_code, 0);
}

// The result is renamed into its place, which a mounted disk's own root does not allow.
TEST(Accidents, AMountPointIsRefusedBeforeAnyWork) {
  const ScratchFolder scratch;
  const SmallDisk disk(scratch / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  const CommandRun run = run_convert(golden_source("whisper"), scratch / "disk");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("mount point"), HasSubstr("disk/NAME")));
  EXPECT_FALSE(fs::exists(partial_of(scratch / "disk")));
  EXPECT_TRUE(fs::is_empty(scratch / "disk"));
}

// --- not allowed
// ----------------------------------------------------------------------------------

// Root may read and write everything, so the program runs as nobody where the test is root.
class NotAllowed : public ::testing::Test {
 protected:
  int run_unprivileged(const std::vector<std::string>& words) const {
    return run_program(words, scratch_ / "log", {.as_nobody = ::geteuid() == 0});
  }
  std::string log() const { return file_bytes(scratch_ / "log"); }

  ScratchFolder scratch_;
};

TEST_F(NotAllowed, AWeightFileThatCannotBeRead) {
  const fs::path source = testing::copy_golden_source("whisper", scratch_ / "source");
  fs::permissions(source / "model.safetensors", fs::perms::none);
  const int exit_code = run_unprivileged(convert_words(source, scratch_ / "out"));
  if (exit_code == kCannotStart) GTEST_SKIP() << "no other user can run the program here";
  EXPECT_EQ(exit_code, 5);
  EXPECT_THAT(log(), AllOf(HasSubstr("error: "), HasSubstr("model.safetensors")));
  EXPECT_FALSE(fs::exists(scratch_ / "out"));
}

TEST_F(NotAllowed, AParentThatCannotBeWrittenTo) {
  const fs::path parent = scratch_ / "readonly";
  fs::create_directories(parent);
  fs::permissions(parent, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                              fs::perms::others_exec);
  const fs::path source = testing::copy_golden_source("whisper", scratch_ / "source");
  const int exit_code = run_unprivileged(convert_words(source, parent / "out"));
  if (exit_code == kCannotStart) GTEST_SKIP() << "no other user can run the program here";
  EXPECT_EQ(exit_code, 5);
  EXPECT_THAT(log(), AllOf(HasSubstr("error: "), HasSubstr("readonly")));
}

// Folders where files should be.
TEST(Accidents, AFolderInPlaceOfAFile) {
  for (const char* name : {"config.json", "model.safetensors"}) {
    SCOPED_TRACE(name);
    const ScratchFolder scratch;
    const fs::path source = testing::copy_golden_source("whisper", scratch / "source");
    fs::remove(source / name);
    fs::create_directories(source / name);
    const CommandRun run = run_convert(source, scratch / "out");
    EXPECT_EQ(run.exit_code, 4) << run.err;
    EXPECT_THAT(run.err, ::testing::StartsWith("error: "));
    EXPECT_FALSE(fs::exists(scratch / "out"));
  }
}

}  // namespace
}  // namespace decibit
