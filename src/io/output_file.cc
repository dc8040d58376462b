// SPDX-License-Identifier: Apache-2.0
#include "io/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>

namespace decibit {
namespace {

namespace fs = std::filesystem;

/// The error of a path that cannot be opened. Some errors are a bad input where one reads; here
/// they are the caller's words.
Error cannot_open(int error_number, const fs::path& path) {
  if (error_number == EINTR) return {ErrorCode::kInterrupted, "interrupted"};
  Error error = system_error(error_number, "cannot write", path.string());
  switch (error_number) {
    case ENOENT:
      error.hint = fmt::format("make the folder {} first", path.parent_path().string());
      break;
    case ENAMETOOLONG:
    case ELOOP:
    case ENOTDIR:
    case EINVAL:
    case ENXIO:  // a socket
      error.code = ErrorCode::kUsage;
      error.hint = "choose another path";
      break;
    default:
      break;
  }
  return error;
}

/// /dev/stdout and its kin: links to a descriptor of this process, be it a file.
bool is_descriptor(const fs::path& path) {
  std::error_code ignored;
  const std::string text = path.lexically_normal().string();
  return (text.starts_with("/dev/") || text.starts_with("/proc/")) &&
         fs::is_symlink(fs::symlink_status(path, ignored));
}

/// Where `path`, maybe a link to what is not there yet, would make a file. No links in a circle.
fs::path behind_links(fs::path path) {
  std::error_code error;
  while (fs::is_symlink(fs::symlink_status(path, error)))
    path = path.parent_path() / fs::read_symlink(path, error);
  return path;
}

/// `name` and `ending`; where that is longer than a name may be, a number made of the whole of
/// `name` takes the place of its end.
std::string with_ending(std::string name, const std::string& ending) {
  if (name.size() + ending.size() <= NAME_MAX) return name + ending;
  const std::string number = fmt::format("~{:016x}", std::hash<std::string>()(name));
  std::size_t length = NAME_MAX - ending.size() - number.size();
  while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xC0u) == 0x80) --length;
  name.resize(length);
  return name + number + ending;
}

/// What `target` is called until it is finished: hidden, and a name that no user gives a file.
fs::path partial_of(const fs::path& target) {
  fs::path partial = target;
  partial.replace_filename(with_ending("." + target.filename().string(), ".decibit-partial"));
  return partial;
}

/// A killed process leaves a file of this user's under one name. What has a second name, or is a
/// pipe, is somebody's.
bool may_be_taken_over(int descriptor) {
  struct stat info = {};
  return descriptor >= 0 && ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) &&
         info.st_nlink == 1 && info.st_uid == ::geteuid();
}

Error in_the_way(const fs::path& partial) {
  return {.code = ErrorCode::kNotFound,
          .message = fmt::format("{} is in the way, and is not what a killed decibit left",
                                 partial.string()),
          .hint = "move it, or choose another path"};
}

/// "a.wav" as "a.interrupted.wav".
std::string fragment_name(const fs::path& file) {
  constexpr std::size_t kLongestExtension = 32;
  const std::string interrupted = ".interrupted", extension = file.extension().string();
  if (extension.size() > kLongestExtension)
    return with_ending(file.filename().string(), interrupted);
  return with_ending(file.stem().string(), interrupted + extension);
}

bool is_same_file(int descriptor, const fs::path& path) {
  struct stat open = {}, named = {};
  return ::fstat(descriptor, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/// 0 or an errno; EEXIST when there is a `to`.
int rename_to_free_name(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL) return errno;
  std::error_code ignored;  // a file system without the flag
  if (fs::exists(fs::symlink_status(to, ignored))) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      partial_(std::exchange(other.partial_, {})),
      replace_(other.replace_),
      named_(other.named_),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile::~OutputFile() {
  if (!named_ && !partial_.empty()) ::unlink(partial_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<OutputFile> OutputFile::straight_into(const fs::path& path) {
  OutputFile file;
  file.path_ = path;
  // Appending: the shell's >> means it, and a new open of its file would begin at 0.
  file.descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
  if (file.descriptor_ < 0) return Unexpected(cannot_open(errno, path));
  return file;
}

Result<OutputFile> OutputFile::create(const fs::path& path, bool replace) {
  struct stat info = {};
  const bool there = ::stat(path.c_str(), &info) == 0;
  const int why_not = there ? 0 : errno;
  if (!path.has_filename() || (there && S_ISDIR(info.st_mode)))
    return fail(ErrorCode::kUsage, fmt::format("{} is a folder", path.string()),
                "name the file to write");
  if (there && S_ISBLK(info.st_mode))
    return fail(ErrorCode::kUsage, fmt::format("{} is a disk", path.string()),
                "name the file to write");
  if (there && (!S_ISREG(info.st_mode) || is_descriptor(path))) return straight_into(path);
  if (!there && why_not != ENOENT) return Unexpected(cannot_open(why_not, path));
  if (there && !replace)
    return fail(ErrorCode::kNotFound, fmt::format("{} exists already", path.string()),
                "choose another --out, or give --force to replace it");
  OutputFile file;
  file.path_ = path;
  file.replace_ = replace;
  std::error_code error;
  file.target_ = there ? fs::canonical(path, error) : behind_links(path);
  if (error) return Unexpected(cannot_open(error.value(), path));
  const fs::path partial = partial_of(file.target_);
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  file.descriptor_ = ::open(partial.c_str(), kFlags | O_EXCL, 0666);
  if (file.descriptor_ < 0 && errno == EEXIST) {
    file.descriptor_ = ::open(partial.c_str(), kFlags, 0666);
    if (!may_be_taken_over(file.descriptor_)) return Unexpected(in_the_way(partial));
  }
  if (file.descriptor_ < 0) return Unexpected(cannot_open(errno, file.target_));
  // The lock goes with its process. A lock on a file that has its final name by now is the other
  // process's, which finished between our two calls.
  if (::flock(file.descriptor_, LOCK_EX | LOCK_NB) != 0 || !is_same_file(file.descriptor_, partial))
    return fail(ErrorCode::kDenied, fmt::format("another process is writing {}", partial.string()));
  // Who may read a file stays when it is replaced. A file system without modes is no obstacle.
  if (there) static_cast<void>(::fchmod(file.descriptor_, info.st_mode & 0777U));
  if (::ftruncate(file.descriptor_, 0) != 0) return Unexpected(cannot_open(errno, partial));
  file.partial_ = partial;
  return file;
}

Status OutputFile::flush() const {
  if (!seekable()) return {};
  int failed = 0;
  do failed = ::fsync(descriptor_);
  while (failed != 0 && errno == EINTR);
  if (failed == 0) return {};
  return Unexpected(system_error(errno, "cannot write", path_.string()));
}

Status OutputFile::commit() {
  TRY(flush());
  if (!seekable()) return {};
  const int error = replace_ ? (::rename(partial_.c_str(), target_.c_str()) == 0 ? 0 : errno)
                             : rename_to_free_name(partial_, target_);
  if (error == EEXIST) {
    const fs::path kept = TRY(keep_fragment());
    return fail(ErrorCode::kNotFound,
                fmt::format("{} has appeared meanwhile; what was to be in it is in {}",
                            path_.string(), kept.string()));
  }
  if (error != 0) return Unexpected(system_error(error, "cannot create", path_.string()));
  named_ = true;
  return {};
}

Result<fs::path> OutputFile::keep_fragment(bool beside) {
  TRY(flush());
  if (!seekable()) return path_;
  fs::path name = target_;
  int error = beside ? EEXIST : rename_to_free_name(partial_, name);
  if (error == EEXIST) {
    name.replace_filename(fragment_name(target_));
    error = ::rename(partial_.c_str(), name.c_str()) == 0 ? 0 : errno;
  }
  if (error != 0) return Unexpected(system_error(error, "cannot create", name.string()));
  named_ = true;
  return name == target_ ? path_ : name;
}

}  // namespace decibit
