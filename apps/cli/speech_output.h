// SPDX-License-Identifier: Apache-2.0
// Where speech goes, and when each word of it was said.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/values.h"
#include "core/result.h"
#include "decibit/speech.h"
#include "io/audio_folder.h"
#include "io/audio_format.h"
#include "io/audio_sink.h"
#include "io/timestamps.h"

namespace decibit::cli {

struct SpeechOutputPlan {
  enum class Kind : std::uint8_t { kFile, kStream, kFolder };
  Kind kind = Kind::kFile;
  std::filesystem::path path;  // of the file or folder
  AudioFolder::Names names;    // of the files in it
  AudioEncoding encoding;
  bool replace = false;
  std::filesystem::path timestamps;  // empty: none
  TimestampFormat timestamp_format = TimestampFormat::kJson;

  /// For messages.
  std::string place() const;
};

/// From --out, --stream, --split, --format, --sample-rate, --timestamps and --force. kUsage when
/// they contradict each other.
Result<SpeechOutputPlan> plan_speech_output(const Values& values);

/// Sound, silence and times of one chunk after the other.
class SpeechOutput {
 public:
  static Result<SpeechOutput> open(const SpeechOutputPlan& plan);

  Status add(const SpeechChunk& chunk);
  /// All chunks of the paragraph at hand were added: of a folder, its file is there.
  Status end_paragraph();
  Status finish();
  /// In place of finish(), when the user stopped: where what was spoken so far is, as far as it is
  /// kept; seconds() are then of that. Empty if nothing is.
  Result<std::string> keep_fragment();

  /// Of all that was written, silence too.
  double seconds() const { return static_cast<double>(samples_) / kSpeechRateHz; }
  std::uint64_t clipped() const { return sink_->clipped(); }

 private:
  SpeechOutput(const SpeechOutputPlan& plan, std::unique_ptr<AudioSink> sink)
      : kind_(plan.kind), path_(plan.path), sink_(std::move(sink)) {}
  Status add_times(const SpeechChunk& chunk);

  SpeechOutputPlan::Kind kind_;
  std::filesystem::path path_;
  std::unique_ptr<AudioSink> sink_;
  std::optional<TimestampWriter> times_;
  std::vector<TimedSegment> begun_times_;  // of a paragraph whose file may yet go
  std::uint64_t samples_ = 0;
  std::uint64_t whole_samples_ = 0;           // up to the end of the last paragraph
  std::optional<std::size_t> paragraph_ = 0;  // at hand; none behind the end of one
};

}  // namespace decibit::cli
