// SPDX-License-Identifier: Apache-2.0
#include "speech/text_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "core/descriptor.h"

namespace decibit::speech {
namespace {

Result<std::size_t> read_some(int descriptor, const std::string& name, std::span<char> to,
                              const std::atomic<bool>& stop) {
  const ssize_t got = read_unless([&] { return stop.load(); }, descriptor, to.data(), to.size());
  if (got >= 0) return static_cast<std::size_t>(got);
  if (errno != ECANCELED) return Unexpected(system_error(errno, "read", name));
  return std::size_t{0};
}

}  // namespace

TextSource text_in_memory(std::string text) {
  const std::uint64_t size = text.size();
  return {[text = std::move(text), at = std::size_t{0}](
              std::span<char> to, const std::atomic<bool>&) mutable -> Result<std::size_t> {
            const std::size_t n = text.copy(to.data(), to.size(), at);
            at += n;
            return n;
          },
          size};
}

TextSource text_of_descriptor(int descriptor, std::string name) {
  struct stat info = {};
  const bool file = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
  return {[descriptor, name = std::move(name)](std::span<char> to, const std::atomic<bool>& stop) {
            return read_some(descriptor, name, to, stop);
          },
          file ? static_cast<std::uint64_t>(info.st_size) : 0};
}

Result<TextSource> text_of_file(const std::filesystem::path& path) {
  // O_NONBLOCK: read_some() waits for the writer of a named pipe, not open().
  const auto file = std::make_shared<Descriptor>(
      ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (file->number() < 0) return Unexpected(system_error(errno, "open", path.string()));
  if (std::filesystem::is_directory(path))
    return fail(ErrorCode::kBadInput, path.string() + " is a folder; expected a file with text");
  TextSource source = text_of_descriptor(file->number(), path.string());
  source.read = [file, read = std::move(source.read)](
                    std::span<char> to, const std::atomic<bool>& stop) { return read(to, stop); };
  return source;
}

}  // namespace decibit::speech
