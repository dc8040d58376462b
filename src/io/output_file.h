// SPDX-License-Identifier: Apache-2.0
// A file that has its name when it is finished, and not before.
#pragma once

#include <filesystem>

#include "core/result.h"

namespace decibit {

/// Until it is finished the file is .NAME.decibit-partial beside its place (shortened where that
/// would be too long a name), locked, and removed by the destructor; what a killed process left is
/// taken over: a file of the same user's with no other name. A symbolic link
/// is written through, to a file that is not there yet as well. What is no file on a disk
/// (a named pipe, /dev/null, /dev/stdout) is written straight into: see seekable().
class OutputFile {
 public:
  /// kNotFound when `path` exists and may not be replaced, its folder is missing, or something else
  /// has the name of the unfinished file; kDenied
  /// without permission, or when another process writes it; kUsage for a folder, a disk and a path
  /// that can be none; kInterrupted by a signal while it waits for a named pipe's reader.
  static Result<OutputFile> create(const std::filesystem::path& path, bool replace);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  int descriptor() const { return descriptor_; }
  /// Whether pwrite works; if not, bytes go out in their order only.
  bool seekable() const { return !partial_.empty(); }
  const std::filesystem::path& path() const { return path_; }

  /// Gives it its name, in place of an older file if that was allowed. kNotFound when there is one
  /// by now that may not be replaced: then it is kept as by keep_fragment(), and the message says
  /// where.
  Status commit();
  /// For what was interrupted: never in place of an older file, then it is NAME.interrupted.EXT
  /// beside that (an earlier one of this name goes). Returns where it is.
  /// With `beside`, it has that name even where there is no older file.
  Result<std::filesystem::path> keep_fragment(bool beside = false);

 private:
  OutputFile() = default;
  static Result<OutputFile> straight_into(const std::filesystem::path& path);
  /// Makes sure that the disk has it; a network disk or a quota may say only now that it has not.
  Status flush() const;

  std::filesystem::path path_;     // as the caller calls it
  std::filesystem::path target_;   // links resolved
  std::filesystem::path partial_;  // empty: there is none
  bool replace_ = false;
  bool named_ = false;
  int descriptor_ = -1;
};

}  // namespace decibit
