// SPDX-License-Identifier: Apache-2.0
// Where a conversion may write, and what it must leave alone: whatever it refuses is untouched, and
// nothing of its own stays behind.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "command_line.h"
#include "host_tensors.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::CommandRun;
using testing::expect_same_folder;
using testing::folder_content;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::run_convert;
using testing::ScratchFolder;
using testing::write_text_file;

fs::path partial_of(const fs::path& target) { return target.string() + ".partial"; }

class Target : public ::testing::Test {
 protected:
  fs::path target() const { return scratch_ / "out"; }
  CommandRun convert(const std::vector<std::string>& flags = {}) const {
    return run_convert(golden_source("whisper"), target(), flags);
  }

  /// The run failed with this code, said these words, and left the target as `before`.
  void expect_refused(const CommandRun& run, int exit_code, const std::vector<std::string>& words,
                      const std::map<std::string, std::string>& before) const {
    EXPECT_EQ(run.exit_code, exit_code) << run.err;
    EXPECT_THAT(run.err, ::testing::StartsWith("error: "));
    for (const std::string& word : words) EXPECT_THAT(run.err, HasSubstr(word));
    EXPECT_EQ(folder_content(target()), before);
    EXPECT_FALSE(fs::exists(partial_of(target())));
  }

  ScratchFolder scratch_;
};

TEST_F(Target, MissingParentsAreMade) {
  const fs::path deep = scratch_ / "a/b/c/";
  const CommandRun run = run_convert(golden_source("whisper"), deep);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(fs::exists(deep / "model.safetensors"));
  EXPECT_FALSE(fs::exists(scratch_ / "a/b/c.partial"));
}

TEST_F(Target, AFileIsNoFolder) {
  write_text_file(target(), "mine");
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{}, {"--force"}}) {
    const CommandRun run = convert(flags);
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_THAT(run.err, HasSubstr("no folder"));
    EXPECT_TRUE(fs::is_regular_file(target()));
  }
}

// link/.. is the parent of where the link leads, not of where it stands.
TEST_F(Target, LinksComeBeforeDoubleDots) {
  const fs::path source = scratch_ / "real/source";
  fs::create_directories(scratch_ / "real/inner");
  fs::copy(golden_source("whisper"), source, fs::copy_options::recursive);
  fs::create_directory_symlink(scratch_ / "real/inner", scratch_ / "link");
  const CommandRun run = run_convert(source, scratch_ / "link/../source/out");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("inside each other"));
}

TEST_F(Target, ForceReplacesOnlyWhatLooksConverted) {
  write_text_file(target() / "thesis.txt", "years of work");
  expect_refused(convert({"--force"}), 3, {"does not look like a converted model", "config.json"},
                 folder_content(target()));
}

TEST_F(Target, ForceLeavesFoldersWithForeignFilesAlone) {
  ASSERT_EQ(convert().exit_code, 0);
  for (const char* foreign : {"thesis.doc", "sub/photo.jpg", ".git/config", "notes.txt", "train.py",
                              "optimizer.pt", "sub/x.json"}) {
    SCOPED_TRACE(foreign);
    write_text_file(target() / foreign, "mine");
    const std::string first_part = fs::path(foreign).begin()->string();
    expect_refused(convert({"--force"}), 3, {first_part, "no conversion writes"},
                   folder_content(target()));
    fs::remove_all(target() / first_part);
  }
}

TEST_F(Target, ForceDoesNotFollowLinksOutOfTheFolder) {
  ASSERT_EQ(convert().exit_code, 0);
  write_text_file(scratch_ / "elsewhere/keep.json", "{}");
  fs::create_directory_symlink(scratch_ / "elsewhere", target() / "voices");
  expect_refused(convert({"--force"}), 3, {"voices"}, folder_content(target()));
  EXPECT_TRUE(fs::exists(scratch_ / "elsewhere/keep.json"));
}

TEST_F(Target, AnEmptyFolderBehindALinkIsFilled) {
  fs::create_directories(scratch_ / "disk2/empty");
  fs::create_directory_symlink(scratch_ / "disk2/empty", target());
  const CommandRun run = convert();
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(fs::is_symlink(target()));
  EXPECT_TRUE(fs::exists(scratch_ / "disk2/empty/model.safetensors"));
}

// --- source and target inside each other --------------------------------------------------------

TEST_F(Target, IsNeverTheSourceNorInsideItNorAroundIt) {
  const fs::path source = testing::copy_golden_source("whisper", scratch_ / "models/whisper");
  fs::create_directory_symlink(scratch_ / "models", scratch_ / "link");
  const auto before = folder_content(source);
  const fs::path targets[] = {source,
                              source / "out",
                              scratch_ / "models",
                              scratch_ / "link/whisper",
                              scratch_ / "link/whisper/deep/out",
                              scratch_ / "link",
                              scratch_ / "other/../models/whisper/out"};
  for (const fs::path& place : targets) {
    SCOPED_TRACE(place);
    for (const char* flag : {"--quiet", "--force", "--dry-run"}) {
      const CommandRun run = run_convert(source, place, {flag});
      EXPECT_EQ(run.exit_code, 2) << flag << ": " << run.err;
      EXPECT_THAT(run.err, HasSubstr("inside each other"));
    }
    // The same with the link on the source's side.
    EXPECT_EQ(run_convert(scratch_ / "link/whisper", place).exit_code, 2);
  }
  EXPECT_EQ(folder_content(source), before);
}

TEST_F(Target, ANeighbourWithTheSourcesNameAsPrefixIsFine) {
  const fs::path source = testing::copy_golden_source("whisper", scratch_ / "whisper");
  const CommandRun run = run_convert(source, scratch_ / "whisper-4bit", {"-q"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

// --- DIR.partial --------------------------------------------------------------------------------

TEST_F(Target, AStalePartialFolderIsReplaced) {
  write_text_file(partial_of(target()) / "model.safetensors", "half of a file");
  write_text_file(partial_of(target()) / "voices/af.safetensors", "half");
  const CommandRun run = convert();
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(fs::exists(partial_of(target())));
  ASSERT_EQ(run_convert(golden_source("whisper"), scratch_ / "fresh").exit_code, 0);
  expect_same_folder(target(), scratch_ / "fresh");
}

TEST_F(Target, APartialFolderWithForeignFilesIsLeftAlone) {
  write_text_file(partial_of(target()) / "thesis.doc", "mine");
  write_text_file(partial_of(target()) / "model.safetensors", "half of a file");
  const auto before = folder_content(partial_of(target()));
  const CommandRun run = convert({"--force"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, AllOf(HasSubstr(".partial"), HasSubstr("thesis.doc")));
  EXPECT_EQ(folder_content(partial_of(target())), before);
  EXPECT_FALSE(fs::exists(target()));
}

TEST_F(Target, TwoWritersExcludeEachOther) {
  fs::create_directories(partial_of(target()));
  write_text_file(partial_of(target()) / "model.safetensors", "the other's");
  const int other = ::open(partial_of(target()).c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0);  // a lock belongs to the open file, not to us
  const CommandRun refused = convert();
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("another conversion"), HasSubstr(target().string())));
  EXPECT_EQ(folder_content(partial_of(target())),
            (std::map<std::string, std::string>{{"model.safetensors", "the other's"}}));
  EXPECT_FALSE(fs::exists(target()));
  ::close(other);  // as when the other process dies
  EXPECT_EQ(convert().exit_code, 0);
}

TEST_F(Target, APartialLinkIsNotFollowed) {
  write_text_file(scratch_ / "elsewhere/model.safetensors", "mine");
  fs::create_directory_symlink(scratch_ / "elsewhere", partial_of(target()));
  EXPECT_NE(convert().exit_code, 0);
  EXPECT_TRUE(fs::exists(scratch_ / "elsewhere/model.safetensors"));
  EXPECT_FALSE(fs::exists(target()));
}

// --- a dry run ----------------------------------------------------------------------------------

TEST_F(Target, ADryRunRefusesWhatARunWouldAndWritesNothing) {
  write_text_file(target() / "thesis.txt", "years of work");
  expect_refused(convert({"--dry-run"}), 3, {"not empty"}, folder_content(target()));
  const CommandRun fresh = run_convert(golden_source("whisper"), scratch_ / "new", {"--dry-run"});
  EXPECT_EQ(fresh.exit_code, 0) << fresh.err;
  EXPECT_FALSE(fs::exists(scratch_ / "new"));
  EXPECT_FALSE(fs::exists(scratch_ / "new.partial"));
}

}  // namespace
}  // namespace decibit
