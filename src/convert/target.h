// SPDX-License-Identifier: Apache-2.0
// The folder a conversion writes: filled beside its place as DIR.partial, renamed last, so that a
// crash, a full disk or Ctrl-C never leaves a half-written folder that looks whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace decibit {

class TargetFolder {
 public:
  /// Checks and locks. A missing or empty target is fine; any other needs `force`, which replaces
  /// only a conversion's result: a folder with config.json and model*.safetensors in which every
  /// file is known to come from a conversion, or is among `own_files`, those that this one will
  /// write. A stale DIR.partial is emptied and reused. kUsage: source inside target or the reverse
  /// (links resolved). kNotFound: the target exists. kDenied: another process is writing to it, or
  /// a parent is not writable.
  static Result<TargetFolder> open(const std::filesystem::path& target,
                                   const std::filesystem::path& source, bool force,
                                   const std::vector<std::string>& own_files = {});
  /// The same checks without creating anything, for --dry-run.
  static Status check(const std::filesystem::path& target, const std::filesystem::path& source,
                      bool force, const std::vector<std::string>& own_files = {});

  TargetFolder(TargetFolder&& other) noexcept;
  TargetFolder& operator=(TargetFolder&&) = delete;
  /// Without commit() the partial folder is removed.
  ~TargetFolder();

  /// Where to write meanwhile.
  const std::filesystem::path& partial() const { return partial_; }

  /// Puts the partial folder in the target's place in one step; `sync` flushes files and folder
  /// first.
  Status commit(bool sync);

 private:
  TargetFolder(std::filesystem::path target, std::filesystem::path partial, int lock_fd)
      : target_(std::move(target)), partial_(std::move(partial)), lock_fd_(lock_fd) {}
  std::filesystem::path target_, partial_;
  int lock_fd_ = -1;
};

/// Bytes free for this user on the file system that will hold `path` (its nearest existing parent).
std::uint64_t free_disk_bytes(const std::filesystem::path& path);

}  // namespace decibit
