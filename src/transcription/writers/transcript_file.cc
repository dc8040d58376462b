// SPDX-License-Identifier: Apache-2.0
#include "transcription/writers/transcript_file.h"

#include <span>
#include <utility>

#include "io/write.h"

namespace decibit::transcription {

Result<TranscriptFile> TranscriptFile::create(const std::filesystem::path& path,
                                              std::unique_ptr<TranscriptWriter> writer) {
  OutputFile output = TRY(OutputFile::create(path, /*replace=*/true));
  TranscriptFile file(std::move(output), std::move(writer));
  TRY(file.write(file.writer_->begin()));
  return file;
}

Status TranscriptFile::finish(std::string_view language) {
  TRY(write(writer_->finish(language)));
  return file_.commit();
}

Result<std::filesystem::path> TranscriptFile::keep_fragment(std::string_view language) {
  TRY(write(writer_->finish(language)));
  return file_.keep_fragment();
}

Status TranscriptFile::write(const std::string& text) {
  return write_all(file_.descriptor(), std::as_bytes(std::span(text)), file_.path().string());
}

}  // namespace decibit::transcription
