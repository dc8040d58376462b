// SPDX-License-Identifier: Apache-2.0
// Where a text comes from: memory, a file, a pipe, or anything else that gives bytes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "core/result.h"

namespace decibit::speech {

struct TextSource {
  /// Puts bytes into `to` and says how many; 0 is the end. Called from one thread, though not from
  /// the one that made it. What may wait for long asks `stop` now and then, and when it is set
  /// returns anything.
  std::function<Result<std::size_t>(std::span<char> to, const std::atomic<bool>& stop)> read;
  std::uint64_t size_bytes = 0;  // 0: not known
};

TextSource text_in_memory(std::string text);
/// A file, pipe or terminal that the caller opened and closes; `name` is for messages. Reading is
/// kBadInput when it begins with what is no text.
TextSource text_of_descriptor(int descriptor, std::string name);
/// kNotFound, kDenied; a folder is kBadInput.
Result<TextSource> text_of_file(const std::filesystem::path& path);

}  // namespace decibit::speech
