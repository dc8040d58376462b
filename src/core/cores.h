// SPDX-License-Identifier: Apache-2.0
// How many cores this process may use.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace decibit {

/// The cores of the affinity mask (taskset, cpuset), no more than the CPU quota of the control
/// groups that this process is in (containers, systemd's CPUQuota=), rounded up. At least 1.
unsigned usable_cores();

/// The smallest quota, in cores, along the way from the process's control groups to the root.
/// `membership` is the text of /proc/self/cgroup; `root` is where the hierarchies are mounted
/// (/sys/fs/cgroup), both versions. None when there is no limit.
std::optional<double> cgroup_quota(const std::filesystem::path& root, std::string_view membership);

}  // namespace decibit
