// SPDX-License-Identifier: Apache-2.0
#include "cli/transcript_job.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <system_error>
#include <utility>

#include "cli/environment.h"
#include "cli/model_places.h"
#include "cli/stopwatch.h"
#include "cli/transcript_report.h"
#include "cli/transcript_sound.h"
#include "cli/transcript_tail.h"
#include "cli/units.h"
#include "cli/whisper_folder.h"
#include "io/write.h"
#include "models/whisper/model.h"
#include "models/whisper/tokenizer.h"
#include "nn/engine.h"
#include "text/strip.h"
#include "transcription/model_listener.h"
#include "transcription/options.h"
#include "transcription/writers/clock.h"

namespace decibit::cli {
namespace {

constexpr double kFramesPerSecond = 100;
// A text that ends this long before the sound is worth a warning, if so much of that is loud.
constexpr double kLongTail_s = 10, kLoudTail_s = 3;

/// Transcribes one file after the other.
class FileTranscriber {
 public:
  /// All outlive it. `language`: its code; empty: to be detected.
  FileTranscriber(const TranscriptJob& job, const std::string& language, std::int64_t mels,
                  transcription::ModelListener& listener, Reporter& reporter)
      : job_(job), language_(language), mels_(mels), listener_(listener), reporter_(reporter) {}

  TranscribedFile transcribe(std::size_t input);

 private:
  Status transcribe_into(TranscribedFile& file, std::size_t input);
  TranscribeOptions options_for(const TranscribedFile& file);
  /// Warns when sound goes on where the text has ended.
  Status check_tail(const TranscribedFile& file, WatchedMel& mel, double text_end);

  const TranscriptJob& job_;
  const std::string& language_;
  const std::int64_t mels_;
  transcription::ModelListener& listener_;
  Reporter& reporter_;
};

Status print(std::string_view text) {
  return write_all(STDOUT_FILENO, std::as_bytes(std::span(text)), "standard output");
}

TranscribeOptions FileTranscriber::options_for(const TranscribedFile& file) {
  TranscribeOptions options = job_.options;
  options.stop = [this] { return reporter_.cancelled(); };
  // Lines on a screen say how far it is.
  if (!job_.live || ::isatty(STDOUT_FILENO) == 0)
    options.progress = [this, &file](double done) {
      const std::string item = file.input + ", seconds";
      reporter_.progress({.stage = "transcribing",
                          .item = item,
                          .done_bytes = static_cast<std::uint64_t>(done),
                          .total_bytes = static_cast<std::uint64_t>(std::ceil(file.seconds)),
                          .counts_items = true});
    };
  if (job_.verbose)
    options.note = [this, &file](std::string_view text) {
      reporter_.note(fmt::format("{}: {}", file.input, text));
    };
  return options;
}

Status FileTranscriber::check_tail(const TranscribedFile& file, WatchedMel& mel, double text_end) {
  const std::vector<double>& clips = job_.options.clip_timestamps;
  const bool to_end = clips.size() % 2 == 1 || clips.empty();
  const double end = to_end ? file.seconds : std::min(file.seconds, clips.back());
  if (end - text_end < kLongTail_s) return {};
  const double loud = TRY(
      mel.loud_seconds(std::llround(text_end * kFramesPerSecond),
                       std::min<std::int64_t>(mel.frames(), std::llround(end * kFramesPerSecond))));
  if (loud >= kLoudTail_s)
    reporter_.warn(fmt::format("{}: the text ends at {}, and the sound goes on to {}", file.input,
                               format_duration(text_end), format_duration(end)));
  return {};
}

Status FileTranscriber::transcribe_into(TranscribedFile& file, std::size_t input) {
  // Before a pipe is drained: its sound comes once.
  TranscriptOutput output = TRY(TranscriptOutput::open(job_.output, input));
  auto sound = TRY(open_sound(file.input, job_.raw_rate_hz, reporter_));
  const auto spectrogram = TRY(listener_.spectrogram(std::move(sound), reporter_));
  file.seconds = static_cast<double>(spectrogram->samples()) / kTranscriptionRateHz;
  WatchedMel mel(*spectrogram, mels_);
  double text_end = job_.options.clip_timestamps.empty() ? 0 : job_.options.clip_timestamps.front();
  bool any = false;
  Status written;
  const auto on_segment = [&](const TranscribedSegment& segment) {
    any = true;
    written = output.add(segment);
    if (job_.report) file.add(segment, job_.output.has_words);
    if (text::strip(segment.text).empty()) return bool(written);
    text_end = std::max(text_end, segment.end_seconds);
    if (written && job_.live) written = print(live_line(segment));
    return bool(written);
  };
  const Stopwatch decoding;
  Transcript transcript;
  const Status done =
      listener_.transcribe(mel, options_for(file), on_segment, reporter_, transcript);
  file.decoding_seconds = decoding.seconds();
  file.language = transcript.language;
  file.windows_retried = transcript.windows_retried;
  TRY(Status(written));
  if (!done) {
    if (done.error().code == ErrorCode::kInterrupted && any)
      file.outputs = TRY(output.keep_fragment(file.language));
    return Unexpected(done.error());
  }
  file.outputs = TRY(output.finish(file.language));
  // Only a warning could come of it: the transcript is whole whatever happens.
  static_cast<void>(check_tail(file, mel, text_end));
  return {};
}

TranscribedFile FileTranscriber::transcribe(std::size_t input) {
  TranscribedFile file;
  file.input = job_.inputs[input];
  file.language = language_;
  const Status status = transcribe_into(file, input);
  if (!status) file.error = status.error();
  return file;
}

/// What is reported of a file that Ctrl-C came before.
TranscribedFile not_begun(const std::string& input) {
  TranscribedFile file;
  file.input = input;
  file.error = Error{ErrorCode::kInterrupted, "interrupted before it was begun"};
  return file;
}

/// The error of one of several files; most messages name it already.
std::string told_of(const TranscribedFile& file) {
  const std::string& message = file.error->message;
  const std::string name = std::filesystem::path(file.input).filename().string();
  return message.find(name) == message.npos ? fmt::format("{}: {}", file.input, message) : message;
}

/// What the command ends with.
std::optional<Error> fault_of(const TranscriptJob& job, const std::vector<TranscribedFile>& files) {
  std::size_t failed = 0;
  for (const TranscribedFile& file : files) {
    if (!file.error) continue;
    ++failed;
    if (file.error->code != ErrorCode::kInterrupted) continue;
    Error error = *file.error;
    if (!file.outputs.empty())
      error.message = fmt::format("interrupted; {} holds what was transcribed so far",
                                  fmt::join(file.outputs, ", "));
    return error;
  }
  if (failed == 0) return {};
  if (job.inputs.size() == 1) return files.front().error;
  const std::optional<Error>& first = files.front().error;
  const bool alike = std::ranges::all_of(files, [&](const TranscribedFile& file) {
    return first && file.error && file.error->code == first->code;
  });
  if (alike && files.size() == job.inputs.size())
    return Error{first->code,
                 fmt::format("none of {} files could be transcribed", job.inputs.size())};
  return Error{ErrorCode::kSomeFailed,
               fmt::format("{} of {} files could not be transcribed", failed, job.inputs.size())};
}

}  // namespace

Status check_inputs(const TranscriptJob& job) {
  const auto pipes = std::ranges::count(job.inputs, std::string(kStandardInput));
  if (pipes > 1) return fail(ErrorCode::kUsage, "standard input can be transcribed once only");
  if (job.raw_rate_hz && pipes == 0)
    return fail(ErrorCode::kUsage, "--rate is of standard input, and that is not among the files",
                "decibit transcribe - --rate 16000");
  std::error_code ignored;
  const std::string& first = job.inputs.front();
  if (job.inputs.size() == 1 && pipes == 0 && !std::filesystem::exists(expand_home(first), ignored))
    return fail(ErrorCode::kNotFound, fmt::format("{}: no such file", first));
  return {};
}

Result<Outcome> transcribe(const TranscriptJob& job, Reporter& reporter) {
  const Stopwatch loading;
  const auto engine = TRY(Engine::make({job.threads, job.isa}, reporter));
  auto loaded = whisper::Model::load(job.model, reporter);
  if (!loaded) return Unexpected(with_variable(loaded.error(), kWhisperVariable, job.model));
  const auto model = *std::move(loaded);
  const whisper::Tokenizer tokenizer = TRY(whisper::Tokenizer::make(model->dims().vocabulary));
  TRY(transcription::check_options(job.options, tokenizer));
  const std::string language = TRY(transcription::language_code(job.options, tokenizer));
  const double load_seconds = loading.seconds();
  if (reporter.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");

  transcription::ModelListener listener(*model, tokenizer, *engine, job.compute);
  FileTranscriber transcriber(job, language, model->dims().mels, listener, reporter);
  std::vector<TranscribedFile> files;
  Outcome outcome;
  for (std::size_t i = 0; i < job.inputs.size() && !reporter.cancelled(); ++i) {
    files.push_back(transcriber.transcribe(i));
    const TranscribedFile& file = files.back();
    if (!file.error) {
      if (!job.output.formats.empty()) outcome.text += summary(file);
      continue;
    }
    // Nobody reads on, or wants to.
    if (file.error->code == ErrorCode::kBrokenPipe) return Unexpected(*file.error);
    if (file.error->code == ErrorCode::kInterrupted) break;
    if (job.inputs.size() > 1) reporter.warn(told_of(file));
  }
  outcome.fault = fault_of(job, files);
  if (files.size() < job.inputs.size() &&
      (!outcome.fault || outcome.fault->code != ErrorCode::kInterrupted))
    outcome.fault =
        Error{ErrorCode::kInterrupted,
              fmt::format("interrupted; {} of {} files are done", files.size(), job.inputs.size())};
  for (std::size_t i = files.size(); i < job.inputs.size(); ++i)
    files.push_back(not_begun(job.inputs[i]));
  Json::Array reports;
  for (TranscribedFile& file : files) reports.push_back(json_of(std::move(file)));
  outcome.json.set("load_ms", load_seconds * 1000);
  outcome.json.set("files", std::move(reports));
  return outcome;
}

}  // namespace decibit::cli
