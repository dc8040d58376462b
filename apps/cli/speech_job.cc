// SPDX-License-Identifier: Apache-2.0
#include "cli/speech_job.h"

#include <fmt/format.h>

#include <utility>

#include "cli/environment.h"
#include "cli/speech_report.h"
#include "cli/stopwatch.h"
#include "cli/units.h"
#include "core/utf8.h"
#include "models/kokoro/model.h"
#include "nn/engine.h"
#include "speech/notes.h"
#include "speech/read_ahead.h"
#include "speech/reader.h"

namespace decibit::cli {
namespace {

/// What came of the chunks so far, and how long it took.
class Progressing {
 public:
  Progressing(std::uint64_t text_bytes, Reporter& reporter)
      : text_bytes_(text_bytes), reporter_(reporter) {}

  void begin_chunk() { begun_ = watch_.seconds(); }
  void end_chunk(const SpeechChunk& chunk) {
    const double now = watch_.seconds();
    if (chunks_ == 0) first_audio_ = now;
    computing_ += now - begun_;
    spoken_ += static_cast<double>(chunk.audio.size()) / kSpeechRateHz;
    if (!chunk.audio.empty()) ++chunks_;
    const std::string item = fmt::format("{:.0f} s of speech, RTF {:.2f}", spoken_, rtf());
    reporter_.progress({.stage = "speaking",
                        .item = item,
                        .done_bytes = chunk.bytes_read,
                        .total_bytes = text_bytes_,
                        .counts_items = true});
  }

  std::int64_t chunks() const { return chunks_; }
  double first_audio() const { return first_audio_; }
  double computing() const { return computing_; }
  double spoken() const { return spoken_; }
  double rtf() const { return computing_ / spoken_; }

 private:
  std::uint64_t text_bytes_;
  Reporter& reporter_;
  Stopwatch watch_;
  std::int64_t chunks_ = 0;
  double begun_ = 0, first_audio_ = 0, computing_ = 0, spoken_ = 0;
};

Error interrupted(Result<std::string> place, double seconds) {
  if (!place) return std::move(place).error();
  return {ErrorCode::kInterrupted,
          fmt::format("interrupted; {} holds the {:.1f} s spoken so far", *place, seconds)};
}

}  // namespace

Result<float> parse_speed(const Values& values) {
  const double speed = TRY(parse_number("--speed", values.get("--speed", "1"), 0.1, 10));
  return static_cast<float>(speed);
}

Result<Outcome> speak(SpeechJob job, Reporter& reporter) {
  const Stopwatch loading;
  const auto engine = TRY(Engine::make({job.threads, job.isa}, reporter));
  const auto model = TRY(kokoro::Model::load(job.model, reporter));
  const kokoro::Voice voice = TRY(model->voice(expand_home(job.voice).string()));
  const double load_seconds = loading.seconds();
  if (reporter.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");

  SpeechOutput output = TRY(SpeechOutput::open(job.output));
  SpeechReport report;
  Progressing progressing(job.input.source.size_bytes, reporter);
  speech::Synthesizer synthesizer(*model, *engine, job.compute);
  const Status spoken =
      synthesizer.generate(std::move(job.input.source), job.input.phonemizer.get(), voice,
                           job.options, reporter, [&](const SpeechChunk& chunk) -> Status {
                             progressing.end_chunk(chunk);
                             if (job.explain || job.report) {
                               report.add(chunk.text, chunk.phonemes);
                               for (const SpokenWord& word : chunk.words)
                                 if (word.guessed && !word.text.empty())
                                   report.add_guessed(word.text);
                             }
                             Status added = output.add(chunk);
                             progressing.begin_chunk();
                             return added;
                           });
  if (!spoken && spoken.error().code == ErrorCode::kInterrupted && progressing.chunks() > 0) {
    const double seconds = output.seconds();
    return Unexpected(interrupted(output.keep_fragment(), seconds));
  }
  TRY(Status(spoken));
  TRY(output.finish());
  if (output.clipped() > 0)
    reporter.note(
        fmt::format("{} samples were beyond full scale and are clipped", output.clipped()));

  Outcome outcome;
  if (job.explain) outcome.text = report.explanation();
  outcome.text +=
      fmt::format("{}: {:.2f} s of speech in {:.2f} s ({:.2f} of real time)\n", job.output.place(),
                  output.seconds(), progressing.computing(), progressing.rtf());
  outcome.json.set("seconds", output.seconds());
  outcome.json.set("rtf", progressing.rtf());
  outcome.json.set("load_ms", load_seconds * 1000);
  outcome.json.set("first_audio_ms", progressing.first_audio() * 1000);
  outcome.json.set("chunks", progressing.chunks());
  report.add_to(outcome.json);
  outcome.json.set("out", job.output.place());
  return outcome;
}

Result<Outcome> explain(SpeechJob job, Reporter& reporter) {
  speech::ReadAhead reader(speech::Reader(std::move(job.input.source), job.input.phonemizer.get(),
                                          {.paragraph_gap = job.options.paragraph_gap}));
  speech::Notes notes(reporter);
  SpeechReport report;
  speech::ReadChunk chunk;
  std::size_t sounding = 0;
  while (TRY(reader.next(chunk, reporter))) {
    notes.add(chunk.notes);
    report.add(chunk.text(), to_utf8(chunk.phonemes));
    for (const speech::ChunkWord& part : chunk.words)
      if (part.word.guessed && !part.word.text.empty()) report.add_guessed(part.word.text);
    if (!chunk.phonemes.empty()) ++sounding;
  }
  if (sounding == 0)
    return fail(ErrorCode::kUsage, "there is nothing to say: the text has no sound");
  Outcome outcome = {.text = report.explanation()};
  report.add_to(outcome.json);
  return outcome;
}

}  // namespace decibit::cli
