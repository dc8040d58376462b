// SPDX-License-Identifier: Apache-2.0
// When what was said, to a file: JSON, SubRip (SRT) or WebVTT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "io/captions.h"
#include "io/output_file.h"

namespace decibit {

enum class TimestampFormat : std::uint8_t { kJson, kSrt, kVtt };

/// "json", "srt", "vtt": also their extensions.
std::vector<std::string> timestamp_format_names();
std::optional<TimestampFormat> timestamp_format_from_name(std::string_view name);

/// UTF-8, written as it comes. The file gets its name when it is finished, as AudioWriter's does.
///
/// JSON: {"segments": [{"text", "start", "end", "words": [{"text", "start", "end"}]}]}, in seconds,
/// unrounded. SRT and VTT hold cues_of the segments, in milliseconds; cues never overlap and last
/// at least one. VTT escapes & < > (WebVTT, 4.2.2); SRT has no escapes, and "-->" in a text, which
/// some readers take for a time, becomes "->".
class TimestampWriter {
 public:
  /// The errors of OutputFile::create.
  static Result<TimestampWriter> create(const std::filesystem::path& path, TimestampFormat format,
                                        bool replace);

  /// Segments come in the order of their times.
  Status add(const TimedSegment& segment);
  Status finish();
  /// In place of finish(); see OutputFile::keep_fragment.
  Result<std::filesystem::path> keep_fragment(bool beside = false);

 private:
  TimestampWriter(OutputFile file, TimestampFormat format)
      : file_(std::move(file)), format_(format) {}
  Status write(std::string_view text);
  Status write_end();
  std::string json_of(const TimedSegment& segment) const;
  std::string cue_text(const Cue& cue);

  OutputFile file_;
  TimestampFormat format_;
  std::size_t count_ = 0;  // of segments or cues so far
  std::int64_t last_end_ms_ = 0;
};

}  // namespace decibit
