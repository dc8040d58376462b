// SPDX-License-Identifier: Apache-2.0
#include "core/cores.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace decibit {
namespace {

namespace fs = std::filesystem;

class CgroupQuota : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("cgroups." + std::to_string(getpid()));
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << '\n';
  }
  std::optional<double> quota(const std::string& membership) const {
    return cgroup_quota(root_, membership);
  }

 private:
  fs::path root_;
};

TEST_F(CgroupQuota, Version2) {
  write("service/cpu.max", "150000 100000");
  EXPECT_EQ(quota("0::/service\n"), 1.5);
  EXPECT_EQ(quota("0::/other\n"), std::nullopt);
}

TEST_F(CgroupQuota, TheTightestAncestorHolds) {
  write("a/b/c/cpu.max", "max 100000");
  write("a/b/cpu.max", "400000 100000");
  write("a/cpu.max", "50000 100000");
  EXPECT_EQ(quota("0::/a/b/c\n"), 0.5);
}

TEST_F(CgroupQuota, InsideAContainerTheRootIsTheOwnGroup) {
  write("cpu.max", "200000 100000");
  EXPECT_EQ(quota("0::/\n"), 2.0);
  EXPECT_EQ(quota("0::/system.slice/docker-1234.scope\n"), 2.0) << "a path of the host";
}

TEST_F(CgroupQuota, Version1) {
  write("cpu,cpuacct/job/cpu.cfs_quota_us", "300000");
  write("cpu,cpuacct/job/cpu.cfs_period_us", "100000");
  write("cpu,cpuacct/free/cpu.cfs_quota_us", "-1");
  write("cpu,cpuacct/free/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota("7:memory:/x\n4:cpu,cpuacct:/job\n"), 3.0);
  EXPECT_EQ(quota("4:cpu,cpuacct:/free\n"), std::nullopt);
}

TEST_F(CgroupQuota, NonsenseIsNoLimit) {
  write("cpu.max", "soon");
  for (const char* text : {"", "\n", "0:", "0::", "::::", "0::/\n", "no colons at all"})
    EXPECT_EQ(quota(text), std::nullopt) << text;
  write("cpu.max", "100000 0");
  EXPECT_EQ(quota("0::/\n"), std::nullopt);
}

TEST(UsableCores, RespectsTheAffinityMask) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cores(), 1u);
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_GE(usable_cores(), 1u);
}

}  // namespace
}  // namespace decibit
