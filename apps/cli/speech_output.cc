// SPDX-License-Identifier: Apache-2.0
#include "cli/speech_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <utility>

#include "cli/environment.h"
#include "cli/output_format.h"
#include "core/suggest.h"
#include "io/audio_file.h"
#include "io/audio_stream.h"
#include "io/extension.h"

namespace decibit::cli {
namespace {
namespace fs = std::filesystem;
using Kind = SpeechOutputPlan::Kind;

constexpr std::string_view kStandardOutput = "standard output";

Result<int> parse_sample_rate(const std::string& text) {
  int rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error == std::errc() && end == text.data() + text.size() && rate > 0) return rate;
  return fail(ErrorCode::kUsage,
              fmt::format("--sample-rate {}: expected samples a second, such as 48000", text));
}

Result<TimestampFormat> timestamp_format(const fs::path& file) {
  if (const auto format = timestamp_format_from_name(extension_of(file))) return *format;
  return fail(ErrorCode::kUsage,
              fmt::format("--timestamps {}: no known format has the extension '{}'", file.string(),
                          file.extension().string()),
              fmt::format("one of: {}", join(timestamp_format_names())));
}

template <class Sink>
Result<std::unique_ptr<AudioSink>> owned(Result<Sink> sink) {
  if (!sink) return Unexpected(std::move(sink).error());
  return std::unique_ptr<AudioSink>(std::make_unique<Sink>(*std::move(sink)));
}

Result<std::unique_ptr<AudioSink>> open_sink(const SpeechOutputPlan& plan) {
  switch (plan.kind) {
    case Kind::kStream:
      return owned(AudioStream::create(STDOUT_FILENO, std::string(kStandardOutput), plan.encoding));
    case Kind::kFolder:
      return owned(AudioFolder::create(plan.path, plan.encoding, plan.replace, plan.names));
    case Kind::kFile:
      break;
  }
  return owned(AudioWriter::create(plan.path, plan.encoding, plan.replace));
}

}  // namespace

std::string SpeechOutputPlan::place() const {
  if (kind == Kind::kStream) return std::string(kStandardOutput);
  if (names.prefix.empty()) return path.string();
  return (path / fmt::format("{}*.{}", names.prefix, name(encoding.format))).string();
}

Result<SpeechOutputPlan> plan_speech_output(const Values& values) {
  if (int{values.given("--out")} + int{values.given("--stream")} + int{values.given("--split")} > 1)
    return fail(ErrorCode::kUsage, "--out, --stream and --split exclude each other");
  SpeechOutputPlan plan;
  AudioFormat format = AudioFormat::kWav;
  if (values.given("--stream") || values.given("--split")) {
    plan.kind = values.given("--stream") ? Kind::kStream : Kind::kFolder;
    plan.path = expand_home(values.get("--split"));
    if (values.given("--split") && plan.path.empty())
      return fail(ErrorCode::kUsage, "--split is empty; expected a folder");
    format = audio_format_from_name(values.get("--format", "wav")).value_or(format);
  } else {
    plan.path = expand_home(values.get("--out", "speech.wav"));
    format = TRY(output_format(values, plan.path));
  }
  plan.encoding = {format, kSpeechRateHz, kSpeechRateHz};
  if (values.given("--sample-rate"))
    plan.encoding.sample_rate_hz = TRY(parse_sample_rate(values.get("--sample-rate")));
  TRY(check_sample_rate(format, plan.encoding.sample_rate_hz));
  if (plan.kind == Kind::kStream) TRY(refuse_terminal(STDOUT_FILENO, kStandardOutput));
  plan.replace = values.given("--force");
  if (values.given("--timestamps")) {
    plan.timestamps = expand_home(values.get("--timestamps"));
    plan.timestamp_format = TRY(timestamp_format(plan.timestamps));
  }
  return plan;
}

Result<SpeechOutput> SpeechOutput::open(const SpeechOutputPlan& plan) {
  SpeechOutput output(plan, TRY(open_sink(plan)));
  if (!plan.timestamps.empty())
    output.times_.emplace(
        TRY(TimestampWriter::create(plan.timestamps, plan.timestamp_format, plan.replace)));
  return output;
}

Status SpeechOutput::add(const SpeechChunk& chunk) {
  // What stands between two paragraphs belongs to the file of neither.
  const bool belongs_to_none = kind_ == Kind::kFolder && paragraph_ != chunk.paragraph;
  paragraph_ = chunk.paragraph;
  if (!belongs_to_none) {
    const auto silence =
        static_cast<std::uint64_t>(chunk.silence_before.count()) * kSpeechRateHz / 1000;
    TRY(write_silence(*sink_, silence));
    samples_ += silence;
  }
  TRY(sink_->write(chunk.audio));
  TRY(add_times(chunk));
  samples_ += chunk.audio.size();
  return {};
}

Status SpeechOutput::end_paragraph() {
  TRY(sink_->end_paragraph());
  whole_samples_ = samples_;
  paragraph_.reset();
  for (const TimedSegment& segment : std::exchange(begun_times_, {})) TRY(times_->add(segment));
  return {};
}

Status SpeechOutput::add_times(const SpeechChunk& chunk) {
  if (!times_ || chunk.audio.empty()) return {};
  const double start = seconds();
  TimedSegment segment = {
      {chunk.text, start, start + static_cast<double>(chunk.audio.size()) / kSpeechRateHz}, {}};
  for (const SpokenWord& word : chunk.words)
    if (!word.text.empty())
      segment.words.push_back({word.text, start + word.start_seconds, start + word.end_seconds});
  if (kind_ != Kind::kFolder) return times_->add(segment);
  begun_times_.push_back(std::move(segment));
  return {};
}

Status SpeechOutput::finish() {
  TRY(end_paragraph());
  Status finished = sink_->finish();
  // A file that appeared in the sound's place: the sound lies beside it, and its times are worth as
  // much.
  const bool kept = finished || finished.error().code == ErrorCode::kNotFound;
  if (times_ && kept) {
    Status times = times_->finish();
    if (finished) return times;
  }
  return finished;
}

Result<std::string> SpeechOutput::keep_fragment() {
  std::string place = TRY(sink_->keep_fragment());
  if (kind_ == Kind::kFolder) samples_ = whole_samples_;
  if (place.empty()) return place;
  // Plain names would say that they are of the older sound.
  const bool beside = kind_ == Kind::kFile && fs::path(place) != path_;
  if (times_) TRY(times_->keep_fragment(beside));
  return place;
}

}  // namespace decibit::cli
