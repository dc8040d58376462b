// SPDX-License-Identifier: Apache-2.0
// A transcript that goes to a file as it is made. The file gets its name when it is finished and
// replaces an older one then.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "io/output_file.h"
#include "transcription/writers/transcript_writer.h"

namespace decibit::transcription {

class TranscriptFile {
 public:
  /// The errors of OutputFile::create.
  static Result<TranscriptFile> create(const std::filesystem::path& path,
                                       std::unique_ptr<TranscriptWriter> writer);

  Status add(const TranscribedSegment& segment) { return write(writer_->add(segment)); }
  Status finish(std::string_view language);
  /// In place of finish(), when the user stopped: see OutputFile::keep_fragment.
  Result<std::filesystem::path> keep_fragment(std::string_view language);
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  TranscriptFile(OutputFile file, std::unique_ptr<TranscriptWriter> writer)
      : file_(std::move(file)), writer_(std::move(writer)) {}
  Status write(const std::string& text);

  OutputFile file_;
  std::unique_ptr<TranscriptWriter> writer_;
};

}  // namespace decibit::transcription
