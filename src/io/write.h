// SPDX-License-Identifier: Apache-2.0
// Writes that are whole: a call the system interrupts or cuts short goes on where it stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace decibit {

/// Writes all of `bytes` at the position of `fd`, which is open for writing; `path` is what
/// messages call it. Errors are those of system_error.
Status write_all(int fd, std::span<const std::byte> bytes, std::string_view path);
/// The same at byte `offset` of the file; safe from several threads at once.
Status write_all_at(int fd, std::uint64_t offset, std::span<const std::byte> bytes,
                    std::string_view path);
/// Creates the file `path` with this content; kNotFound when it exists already. After another
/// error a part of it may be there.
Status write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace decibit
