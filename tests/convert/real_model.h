// SPDX-License-Identifier: Apache-2.0
// Tests with real weights (scripts/get-weights.sh) beside tests/golden/real; skipped where the
// weights are not there.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "command_line.h"

namespace decibit::testing {

class RealModelTest : public ::testing::Test {
 protected:
  /// `name`: the folder below .models/.
  explicit RealModelTest(const std::string& name) : folder_(root() / ".models" / name) {}

  /// After it, look at IsSkipped().
  void SetUp() override {
    if (!std::filesystem::exists(folder_)) GTEST_SKIP() << "no weights: run scripts/get-weights.sh";
  }

  static std::filesystem::path root() { return DECIBIT_SOURCE_DIR; }
  static std::filesystem::path golden() { return root() / "tests/golden/real"; }
  const std::filesystem::path& folder() const { return folder_; }

  /// A conversion of the folder, there until the test ends.
  std::filesystem::path converted(const std::vector<std::string>& flags) const {
    std::filesystem::path target = scratch_ / "converted";
    const CommandRun run = run_convert(folder_, target, flags);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return target;
  }
  /// By the tags of golden files: "f32" is the folder itself, "q4" a conversion at 4 bits.
  std::filesystem::path tagged(const std::string& tag) const {
    return tag == "f32" ? folder_ : converted({"-q", "--q-bits", tag.substr(1)});
  }

 private:
  std::filesystem::path folder_;
  ScratchFolder scratch_;
};

}  // namespace decibit::testing
