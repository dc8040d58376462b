// SPDX-License-Identifier: Apache-2.0
// Files by pread and bytes in memory. Reads do not go through a mapping: mapped pages would count
// as memory of this process, and a file that shrinks meanwhile would kill it.
#include "io/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <vector>

namespace decibit {
namespace {

Unexpected past_the_end(const std::string& name, std::uint64_t offset, std::uint64_t wanted,
                        std::uint64_t size) {
  return fail(ErrorCode::kBadInput,
              fmt::format("{}: {} bytes were expected at byte {}, but it has only {} bytes", name,
                          wanted, offset, size),
              "fetch it again: the download was probably cut off");
}

bool inside(std::uint64_t offset, std::uint64_t wanted, std::uint64_t size) {
  return offset <= size && wanted <= size - offset;
}

class FileSource : public ByteSource {
 public:
  FileSource(int descriptor, std::uint64_t size, std::string name)
      : descriptor_(descriptor), size_(size), name_(std::move(name)) {}
  ~FileSource() override {
    if (!mapped_.empty()) ::munmap(const_cast<std::byte*>(mapped_.data()), mapped_.size());
    ::close(descriptor_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  std::uint64_t size_bytes() const override { return size_; }
  int descriptor() const override { return descriptor_; }
  const std::string& name() const override { return name_; }

  Status read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (!inside(offset, out.size(), size_)) return past_the_end(name_, offset, out.size(), size_);
    while (!out.empty()) {
      const ssize_t n = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Unexpected(system_error(errno, "cannot read", name_));
      if (n == 0) return past_the_end(name_, offset, out.size(), offset);  // shrank meanwhile
      out = out.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return {};
  }

  std::span<const std::byte> map() const override {
    std::call_once(map_once_, [this] {
      void* const p =
          size_ == 0 ? MAP_FAILED : ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor_, 0);
      if (p != MAP_FAILED) mapped_ = {static_cast<const std::byte*>(p), size_};
    });
    return mapped_;
  }

 private:
  int descriptor_;
  std::uint64_t size_;
  std::string name_;
  mutable std::once_flag map_once_;
  mutable std::span<const std::byte> mapped_;
};

class MemorySource : public ByteSource {
 public:
  MemorySource(std::string name, std::span<const std::byte> bytes)
      : name_(std::move(name)), bytes_(bytes.begin(), bytes.end()) {}

  std::uint64_t size_bytes() const override { return bytes_.size(); }
  const std::string& name() const override { return name_; }

  Status read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (!inside(offset, out.size(), bytes_.size()))
      return past_the_end(name_, offset, out.size(), bytes_.size());
    if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset, out.size());
    return {};
  }
  std::span<const std::byte> map() const override { return bytes_; }

 private:
  std::string name_;
  std::vector<std::byte> bytes_;
};

Result<std::shared_ptr<const ByteSource>> take_over(int descriptor, std::string name,
                                                    const std::string& in_errors) {
  struct stat info {};
  const int failed = ::fstat(descriptor, &info);
  auto source = std::make_shared<FileSource>(descriptor, static_cast<std::uint64_t>(info.st_size),
                                             std::move(name));
  if (failed != 0) return Unexpected(system_error(errno, "cannot read", in_errors));
  if (!S_ISREG(info.st_mode))
    return fail(ErrorCode::kBadInput, fmt::format("{} is no regular file", in_errors));
  return std::shared_ptr<const ByteSource>(std::move(source));
}

}  // namespace

bool is_dangling_link(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_symlink(path, ignored) && !std::filesystem::exists(path, ignored);
}

Result<std::shared_ptr<const ByteSource>> open_file(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a pipe must not wait for a writer; it is refused below.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0 && errno == ENOENT && is_dangling_link(path))
    return fail(ErrorCode::kBadInput,
                fmt::format("{} is a link to a file that is not there", path.string()),
                "fetch it again");
  if (descriptor < 0) return Unexpected(system_error(errno, "cannot open", path.string()));
  return take_over(descriptor, path.filename().string(), path.string());
}

Result<std::shared_ptr<const ByteSource>> open_descriptor(int descriptor, const std::string& name) {
  return take_over(descriptor, name, name);
}

std::shared_ptr<const ByteSource> memory_source(std::string name,
                                                std::span<const std::byte> bytes) {
  return std::make_shared<MemorySource>(std::move(name), bytes);
}

Result<std::string> read_text(const std::filesystem::path& path, std::uint64_t limit_bytes) {
  const auto source = TRY(open_file(path));
  if (source->size_bytes() > limit_bytes)
    return fail(ErrorCode::kBadInput,
                fmt::format("{} has {} bytes; at most {} are expected of such a file",
                            path.string(), source->size_bytes(), limit_bytes));
  std::string text(source->size_bytes(), '\0');
  TRY(source->read(0, std::as_writable_bytes(std::span(text))));
  return text;
}

}  // namespace decibit
