// SPDX-License-Identifier: Apache-2.0
#include "cli/speech_job.h"

#include <fmt/format.h>

#include <utility>

#include "cli/environment.h"
#include "cli/kokoro_folder.h"
#include "cli/model_places.h"
#include "cli/speech_report.h"
#include "cli/stopwatch.h"
#include "cli/units.h"
#include "models/kokoro/model.h"
#include "nn/engine.h"

namespace decibit::cli {
namespace {

/// What came of the chunks so far.
class Progressing {
 public:
  Progressing(std::uint64_t text_bytes, const speech::Timing& timing, Reporter& reporter)
      : text_bytes_(text_bytes), timing_(timing), reporter_(reporter) {}

  void add(const SpeechChunk& chunk) {
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
  double rtf() const { return timing_.network_seconds / spoken_; }

 private:
  std::uint64_t text_bytes_;
  const speech::Timing& timing_;
  Reporter& reporter_;
  std::int64_t chunks_ = 0;
  double spoken_ = 0;
};

/// What is left when the user stopped.
Error interrupted(SpeechOutput& output) {
  const Result<std::string> place = output.keep_fragment();
  if (!place) return place.error();
  if (place->empty())
    return {ErrorCode::kInterrupted, "interrupted before the first paragraph was spoken whole"};
  return {ErrorCode::kInterrupted, fmt::format("interrupted; {} holds the {:.1f} s spoken so far",
                                               *place, output.seconds())};
}

}  // namespace

Result<float> parse_speed(const Values& values) {
  const double speed = TRY(parse_number("--speed", values.get("--speed", "1"), 0.1, 10));
  return static_cast<float>(speed);
}

Result<Outcome> speak(SpeechJob job, Reporter& reporter) {
  const Stopwatch loading;
  const auto engine = TRY(Engine::make({job.threads, job.isa}, reporter));
  auto loaded = kokoro::Model::load(job.model, reporter);
  if (!loaded) return Unexpected(with_variable(loaded.error(), kKokoroVariable, job.model));
  const auto model = *std::move(loaded);
  const kokoro::Voice voice = TRY(model->voice(expand_home(job.voice).string()));
  const double load_seconds = loading.seconds();
  if (reporter.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");

  SpeechOutput output = TRY(SpeechOutput::open(job.output));
  SpeechReport report;
  speech::Synthesizer synthesizer(*model, *engine, job.compute);
  const speech::Timing& timing = synthesizer.timing();
  Progressing progressing(job.input.source.size_bytes, timing, reporter);
  const auto add = [&](const SpeechChunk& chunk) -> Status {
    progressing.add(chunk);
    if (job.explain || job.report) report.add(chunk);
    return output.add(chunk);
  };
  const Status spoken =
      synthesizer.generate(std::move(job.input.source), job.input.phonemizer.get(), voice,
                           job.options, reporter, add, [&] { return output.end_paragraph(); });
  if (!spoken && spoken.error().code == ErrorCode::kInterrupted && progressing.chunks() > 0)
    return Unexpected(interrupted(output));
  TRY(Status(spoken));
  TRY(output.finish());
  report.add_dropped(synthesizer.unknown_symbols());
  report.add_dropped(synthesizer.unspoken());
  if (output.clipped() > 0)
    reporter.note(
        fmt::format("{} samples were beyond full scale and are clipped", output.clipped()));

  Outcome outcome;
  if (job.explain) outcome.text = report.explanation();
  outcome.text +=
      fmt::format("{}: {:.2f} s of speech in {:.2f} s ({:.2f} of real time)\n", job.output.place(),
                  output.seconds(), timing.network_seconds, progressing.rtf());
  outcome.json.set("seconds", output.seconds());
  outcome.json.set("rtf", progressing.rtf());
  outcome.json.set("load_ms", load_seconds * 1000);
  outcome.json.set("first_audio_ms", timing.first_sound_seconds * 1000);
  outcome.json.set("chunks", progressing.chunks());
  report.add_to(outcome.json);
  outcome.json.set("out", job.output.place());
  return outcome;
}

}  // namespace decibit::cli
