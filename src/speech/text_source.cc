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
#include "text/valid_utf8.h"

namespace decibit::speech {
namespace {

Result<std::size_t> read_some(int descriptor, const std::string& name, std::span<char> to,
                              const std::atomic<bool>& stop) {
  const ssize_t got = read_unless([&] { return stop.load(); }, descriptor, to.data(), to.size());
  if (got >= 0) return static_cast<std::size_t>(got);
  if (errno != ECANCELED) return Unexpected(system_error(errno, "read", name));
  return std::size_t{0};
}

/// What is no text at all, by its beginning: NUL bytes, or much that is no UTF-8 or a control
/// character.
Status check_text(std::string_view bytes, const std::string& name) {
  std::size_t characters = 0, odd = 0;
  for (std::string_view rest = bytes; !rest.empty(); ++characters) {
    const text::Utf8Part part = text::first_utf8_part(rest);
    const auto c = static_cast<unsigned char>(rest.front());
    const bool control = c < 0x20 && (c < '\t' || c > '\r');
    if (control || (!part.whole && !part.may_go_on)) ++odd;
    rest.remove_prefix(part.length);
  }
  constexpr std::size_t kFew = 16;  // of which nothing can be told
  const bool has_nul = bytes.find('\0') != bytes.npos;
  if (!has_nul && (characters < kFew || odd * 3 < characters)) return {};
  return fail(
      ErrorCode::kBadInput,
      name + " is no text in UTF-8: " +
          (has_nul ? "there are NUL bytes in it" : "most of its beginning is something else"),
      "iconv -f UTF-16 -t UTF-8 makes it of another encoding; of a document, save the text first");
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
  return {[descriptor, name = std::move(name), first = true](
              std::span<char> to, const std::atomic<bool>& stop) mutable -> Result<std::size_t> {
            const std::size_t got = TRY(read_some(descriptor, name, to, stop));
            if (std::exchange(first, false)) TRY(check_text({to.data(), got}, name));
            return got;
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
