// SPDX-License-Identifier: Apache-2.0
#include "cli/transcript_sound.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "cli/environment.h"
#include "cli/transcript_output.h"
#include "decibit/transcribe.h"
#include "io/audio_reader.h"
#include "io/spool.h"

namespace decibit::cli {
namespace {

Result<std::shared_ptr<const ByteSource>> open_bytes(const std::string& input, Reporter& reporter) {
  std::error_code ignored;  // then it is the working folder
  std::filesystem::path temporary = std::filesystem::temp_directory_path(ignored);
  if (temporary.empty()) temporary = ".";
  if (input == kStandardInput) return spool(STDIN_FILENO, "standard input", temporary, reporter);
  return open_or_spool(expand_home(input), temporary, reporter);
}

}  // namespace

Result<std::unique_ptr<SampleSource>> open_sound(const std::string& input,
                                                 std::optional<int> raw_rate_hz,
                                                 Reporter& reporter) {
  auto bytes = TRY(open_bytes(input, reporter));
  std::unique_ptr<AudioDecoder> decoder;
  if (raw_rate_hz && input == kStandardInput) {
    decoder = TRY(open_pcm16(bytes, *raw_rate_hz));
  } else {
    decoder = TRY(open_audio(bytes, reporter));
  }
  auto reader = TRY(AudioReader::create(std::move(decoder), kTranscriptionRateHz, input, reporter));
  return std::unique_ptr<SampleSource>(std::move(reader));
}

}  // namespace decibit::cli
