// SPDX-License-Identifier: Apache-2.0
#include "io/spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "io/write.h"

namespace decibit {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;

/// -1 and errno when there can be none.
int nameless_file(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return descriptor;
  std::string name = (folder / "decibit-XXXXXX").string();  // a file system without O_TMPFILE
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

/// 0 at the end.
Result<std::size_t> read_some(int descriptor, const std::string& name, std::span<std::byte> to,
                              const Reporter& reporter) {
  const ssize_t n =
      read_unless([&] { return reporter.cancelled(); }, descriptor, to.data(), to.size());
  if (n >= 0) return static_cast<std::size_t>(n);
  if (errno != ECANCELED) return Unexpected(system_error(errno, "cannot read", name));
  return fail(ErrorCode::kInterrupted, "interrupted");
}

}  // namespace

Result<std::shared_ptr<const ByteSource>> spool(int descriptor, const std::string& name,
                                                const std::filesystem::path& folder,
                                                const Reporter& reporter) {
  Descriptor file(nameless_file(folder));
  const std::string place = "a temporary file in " + folder.string();
  if (file.number() < 0) return Unexpected(system_error(errno, "cannot create", place));
  std::vector<std::byte> block(kBlockBytes);
  while (true) {
    const std::size_t count = TRY(read_some(descriptor, name, block, reporter));
    if (count == 0) break;
    TRY(write_all(file.number(), std::span(block).first(count), place));
  }
  return open_descriptor(file.release(), name);
}

Result<std::shared_ptr<const ByteSource>> open_or_spool(const std::filesystem::path& path,
                                                        const std::filesystem::path& folder,
                                                        const Reporter& reporter) {
  struct stat info = {};
  const bool stream = ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) &&
                      !S_ISDIR(info.st_mode) && !S_ISBLK(info.st_mode);
  if (!stream) return open_file(path);
  // O_NONBLOCK: read_some() waits for the writer of a named pipe, not open().
  const Descriptor pipe(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (pipe.number() < 0) return Unexpected(system_error(errno, "cannot open", path.string()));
  return spool(pipe.number(), path.string(), folder, reporter);
}

}  // namespace decibit
