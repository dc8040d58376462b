// SPDX-License-Identifier: Apache-2.0
#include "core/cores.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace decibit {
namespace {

namespace fs = std::filesystem;

unsigned cores_of_affinity_mask() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
    return static_cast<unsigned>(CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

// "max 100000", or quota and period in microseconds.
std::optional<double> quota_v2(const fs::path& folder) {
  std::ifstream file(folder / "cpu.max");
  double quota = 0, period = 0;
  if (file >> quota >> period && quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

// Two files; a quota of -1 is none.
std::optional<double> quota_v1(const fs::path& folder) {
  std::ifstream quota_file(folder / "cpu.cfs_quota_us"), period_file(folder / "cpu.cfs_period_us");
  double quota = 0, period = 0;
  if (quota_file >> quota && period_file >> period && quota > 0 && period > 0)
    return quota / period;
  return std::nullopt;
}

// A limit of any ancestor holds. Inside a container the path may name folders that are not mounted
// there; the root then stands for the container's own group.
template <class Quota>
void tighten(std::optional<double>& least, const fs::path& root, std::string_view path,
             Quota quota) {
  fs::path folder = root / fs::path(path).relative_path();
  while (true) {
    if (const auto cores = quota(folder)) least = std::min(least.value_or(*cores), *cores);
    if (folder == root || !folder.has_relative_path()) return;
    folder = folder.parent_path();
  }
}

bool lists(std::string_view controllers, std::string_view name) {
  while (!controllers.empty()) {
    const std::size_t comma = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, comma) == name) return true;
    controllers.remove_prefix(std::min(comma + 1, controllers.size()));
  }
  return false;
}

}  // namespace

// Lines are "id:controllers:path"; version 2 has id 0 and no controllers.
std::optional<double> cgroup_quota(const fs::path& root, std::string_view membership) {
  std::optional<double> least;
  while (!membership.empty()) {
    const std::size_t end = std::min(membership.find('\n'), membership.size());
    const std::string_view line = membership.substr(0, end);
    membership.remove_prefix(std::min(end + 1, membership.size()));
    const std::size_t first = line.find(':');
    const std::size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string_view path = line.substr(second + 1);
    if (controllers.empty()) {
      tighten(least, root, path, quota_v2);
    } else if (lists(controllers, "cpu")) {
      tighten(least, root / "cpu", path, quota_v1);
      tighten(least, root / controllers, path, quota_v1);
    }
  }
  return least;
}

unsigned usable_cores() {
  const unsigned cores = cores_of_affinity_mask();
  std::ifstream file("/proc/self/cgroup");
  const std::string membership{std::istreambuf_iterator<char>(file), {}};
  const auto quota = cgroup_quota("/sys/fs/cgroup", membership);
  if (!quota || *quota >= cores) return cores;
  return std::max(1u, static_cast<unsigned>(std::ceil(*quota)));
}

}  // namespace decibit
