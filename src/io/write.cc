// SPDX-License-Identifier: Apache-2.0
// The loop around write(2) and pwrite(2). A closed descriptor may still report a failed write (a
// full quota, a network disk), so close(2) is checked too.
#include "io/write.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace decibit {
namespace {

Unexpected cannot_write(int error_number, std::string_view path) {
  return Unexpected(system_error(error_number, "cannot write", path));
}

/// Whoever started us may have left a pipe in non-blocking mode.
bool wait_for_room(int fd) {
  pollfd waiting = {fd, POLLOUT, 0};
  return ::poll(&waiting, 1, -1) > 0 || errno == EINTR;
}

/// Calls write_some(bytes left), which returns what write(2) would, until nothing is left.
template <class WriteSome>
Status write_loop(int fd, std::span<const std::byte> bytes, std::string_view path,
                  WriteSome write_some) {
  while (!bytes.empty()) {
    const ssize_t n = write_some(bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN && wait_for_room(fd)) continue;
    if (n <= 0) return cannot_write(n < 0 ? errno : ENOSPC, path);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

Status write_all(int fd, std::span<const std::byte> bytes, std::string_view path) {
  return write_loop(fd, bytes, path, [&](std::span<const std::byte> left) {
    return ::write(fd, left.data(), left.size());
  });
}

Status write_all_at(int fd, std::uint64_t offset, std::span<const std::byte> bytes,
                    std::string_view path) {
  const std::uint64_t end = offset + bytes.size();
  return write_loop(fd, bytes, path, [&](std::span<const std::byte> left) {
    return ::pwrite(fd, left.data(), left.size(), static_cast<off_t>(end - left.size()));
  });
}

Status write_text(const std::filesystem::path& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return cannot_write(errno, path.string());
  Status status = write_all(fd, std::as_bytes(std::span(text)), path.string());
  if (::close(fd) != 0 && status) return cannot_write(errno, path.string());
  return status;
}

}  // namespace decibit
