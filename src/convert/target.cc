// SPDX-License-Identifier: Apache-2.0
#include "convert/target.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "convert/support_files.h"

namespace decibit {
namespace fs = std::filesystem;
namespace {

/// The absolute path without trailing slash, its existing part with links resolved.
fs::path resolved(const fs::path& path) {
  std::error_code ignored;
  // weakly_canonical leaves a relative path relative when nothing of it exists. Links come before
  // "..": a path may not be normalised by its letters first.
  const fs::path absolute = fs::absolute(path, ignored);
  fs::path canonical = fs::weakly_canonical(absolute, ignored);
  if (canonical.empty()) canonical = absolute.lexically_normal();
  return canonical.has_filename() ? canonical : canonical.parent_path();
}

bool is_inside(const fs::path& inner, const fs::path& outer) {
  const auto [in, out] = std::mismatch(inner.begin(), inner.end(), outer.begin(), outer.end());
  return out == outer.end();
}

/// The first entry that no conversion writes, relative to `folder`; empty when there is none.
Result<std::string> foreign_entry(const fs::path& folder,
                                  const std::vector<std::string>& own_files) {
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(folder, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const fs::path relative = it->path().lexically_relative(folder);
    std::error_code unreadable;
    const fs::file_type type = it->symlink_status(unreadable).type();
    const bool known =
        type == fs::file_type::directory ||
        (type == fs::file_type::regular && is_conversion_output(relative, own_files));
    if (!known) return relative.string();
  }
  if (error) return Unexpected(system_error(error.value(), "cannot list", folder.string()));
  return std::string();
}

bool looks_converted(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_regular_file(folder / "config.json", error)) return false;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with("model") && name.ends_with(".safetensors")) return true;
  }
  return false;
}

Status check_overlap(const fs::path& target, const fs::path& source) {
  if (is_inside(target, source) || is_inside(source, target))
    return fail(ErrorCode::kUsage,
                fmt::format("the target {} and the source {} lie inside each other",
                            target.string(), source.string()),
                "choose another --mlx-path");
  return {};
}

/// Renaming cannot replace a mount point, and what is beside it is on another disk.
bool is_mount_point(const fs::path& folder) {
  struct stat inside = {}, outside = {};
  return ::stat(folder.c_str(), &inside) == 0 &&
         ::stat(folder.parent_path().c_str(), &outside) == 0 && inside.st_dev != outside.st_dev;
}

Status check_existing(const fs::path& target, bool force,
                      const std::vector<std::string>& own_files) {
  std::error_code error;
  const auto status = fs::symlink_status(target, error);
  if (status.type() == fs::file_type::not_found) return {};
  if (!fs::is_directory(target, error))
    return fail(ErrorCode::kNotFound, fmt::format("{} exists and is no folder", target.string()),
                "choose another --mlx-path");
  if (is_mount_point(target))
    return fail(ErrorCode::kUsage, fmt::format("{} is a mount point", target.string()),
                fmt::format("--mlx-path {}: a folder inside it", (target / "NAME").string()));
  const bool empty = fs::is_empty(target, error);
  if (error) return Unexpected(system_error(error.value(), "cannot list", target.string()));
  if (empty) return {};
  if (!force)
    return fail(ErrorCode::kNotFound, fmt::format("{} exists and is not empty", target.string()),
                "--force replaces it if it is the result of an earlier conversion");
  if (!looks_converted(target))
    return fail(ErrorCode::kNotFound,
                fmt::format("{} does not look like a converted model (config.json and "
                            "model*.safetensors), so --force leaves it alone",
                            target.string()),
                "remove it yourself or choose another --mlx-path");
  const std::string foreign = TRY(foreign_entry(target, own_files));
  if (!foreign.empty())
    return fail(
        ErrorCode::kNotFound,
        fmt::format("{} also holds {}, which no conversion writes, so --force leaves it alone",
                    target.string(), foreign),
        "move that file away or choose another --mlx-path");
  return {};
}

Status empty_folder(const fs::path& folder) {
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    fs::remove_all(it->path(), error);
    if (error) break;
  }
  if (error) return Unexpected(system_error(error.value(), "cannot empty", folder.string()));
  return {};
}

/// Opens and locks the folder at `path`, or -1 with errno; -1 and ESTALE when it was renamed or
/// removed between opening and locking.
int lock_folder(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -1;
  struct stat opened = {}, named = {};
  int error = 0;
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    error = errno;
  } else if (::fstat(fd, &opened) != 0 || ::lstat(path.c_str(), &named) != 0 ||
             opened.st_ino != named.st_ino || opened.st_dev != named.st_dev) {
    error = ESTALE;
  }
  if (error == 0) return fd;
  ::close(fd);
  errno = error;
  return -1;
}

Result<int> create_partial(const fs::path& partial, const fs::path& target) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    const bool created = ::mkdir(partial.c_str(), 0777) == 0;
    if (!created && errno != EEXIST)
      return Unexpected(system_error(errno, "cannot create", partial.string()));
    const int fd = lock_folder(partial);
    if (fd >= 0) return fd;
    if (errno == EWOULDBLOCK)
      return fail(ErrorCode::kDenied,
                  fmt::format("another conversion is writing to {}", target.string()),
                  "wait for it, or choose another --mlx-path");
    if (errno != ESTALE && errno != ENOENT)
      return Unexpected(system_error(errno, "cannot use", partial.string()));
  }
  return fail(ErrorCode::kDenied,
              fmt::format("{} keeps being replaced by another process", partial.string()));
}

Status sync_path(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Unexpected(system_error(errno, "cannot open", path.string()));
  const bool ok = ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!ok) return Unexpected(system_error(error, "cannot flush", path.string()));
  return {};
}

Status sync_tree(const fs::path& folder) {
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(folder, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error))
    TRY(sync_path(it->path()));
  if (error) return Unexpected(system_error(error.value(), "cannot list", folder.string()));
  return sync_path(folder);
}

/// The path beside the target that is written meanwhile.
fs::path partial_of(const fs::path& target) {
  fs::path partial = target;
  partial += ".partial";
  return partial;
}

}  // namespace

Status TargetFolder::check(const fs::path& target, const fs::path& source, bool force,
                           const std::vector<std::string>& own_files) {
  const fs::path place = resolved(target);
  TRY(check_overlap(place, resolved(source)));
  return check_existing(place, force, own_files);
}

Result<TargetFolder> TargetFolder::open(const fs::path& target, const fs::path& source, bool force,
                                        const std::vector<std::string>& own_files) {
  TRY(check(target, source, force, own_files));
  const fs::path place = resolved(target);
  std::error_code error;
  fs::create_directories(place.parent_path(), error);
  if (error)
    return Unexpected(system_error(error.value(), "cannot create", place.parent_path().string()));
  const fs::path partial = partial_of(place);
  const int fd = TRY(create_partial(partial, place));
  TargetFolder folder(place, partial, fd);
  const auto foreign = foreign_entry(partial, own_files);
  if (!foreign || !foreign->empty()) {
    folder.partial_.clear();  // not ours: leave it as it is
    return fail(ErrorCode::kNotFound,
                fmt::format("{} is needed while writing, but it holds {}", partial.string(),
                            foreign ? *foreign : "files that cannot be listed"),
                "move it away");
  }
  TRY(empty_folder(partial));
  // Another process may have finished the same target while this one waited for the lock.
  TRY(check_existing(place, force, own_files));
  return folder;
}

TargetFolder::TargetFolder(TargetFolder&& other) noexcept
    : target_(std::move(other.target_)),
      partial_(std::exchange(other.partial_, {})),
      lock_fd_(std::exchange(other.lock_fd_, -1)) {}

TargetFolder::~TargetFolder() {
  std::error_code ignored;
  if (!partial_.empty()) fs::remove_all(partial_, ignored);
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

Status TargetFolder::commit(bool sync) {
  if (sync) TRY(sync_tree(partial_));
  if (::rename(partial_.c_str(), target_.c_str()) == 0) {
    partial_.clear();
  } else if (errno == ENOTEMPTY || errno == EEXIST) {
    // An earlier result: both names change places in one step, then the old files go.
    if (::renameat2(AT_FDCWD, partial_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) != 0)
      return Unexpected(system_error(errno, "cannot replace", target_.string()));
    std::error_code ignored;
    fs::remove_all(std::exchange(partial_, {}), ignored);
  } else {
    return Unexpected(
        system_error(errno, "cannot rename the finished folder to", target_.string()));
  }
  return sync ? sync_path(target_.parent_path()) : Status();
}

std::uint64_t free_disk_bytes(const fs::path& path) {
  fs::path existing = resolved(path);
  std::error_code error;
  while (!fs::exists(existing, error) && existing.has_relative_path())
    existing = existing.parent_path();
  struct statvfs info = {};
  if (::statvfs(existing.c_str(), &info) != 0) return 0;
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

}  // namespace decibit
