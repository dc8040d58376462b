// SPDX-License-Identifier: Apache-2.0
// `decibit transcribe`: files of sound to text.
#include <array>
#include <string>
#include <utility>

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/transcript_job.h"
#include "cli/transcript_options.h"
#include "cli/transcript_output.h"
#include "cli/units.h"
#include "cli/whisper_folder.h"
#include "io/audio_reader.h"

namespace decibit::cli {
namespace {

constexpr std::string_view kFiles = "FILE", kOther = "Other";
constexpr std::array kComputes = {Choice<Compute>{"auto", Compute::kAuto},
                                  Choice<Compute>{"exact", Compute::kExact},
                                  Choice<Compute>{"fast", Compute::kFast}};

std::vector<Flag> flags() {
  std::vector<Flag> all = {
      {.name = "--model",
       .short_name = 'm',
       .value = "PATH",
       .help = "A Whisper model, its name in the Hub's cache, or a size such as base, "
               "tiny.en and large-v3-turbo",
       .group = "Speech",
       .default_value = "$DECIBIT_WHISPER_MODEL, what scripts/demo.sh installed, or "
                        "openai/whisper-base in the Hub's cache",
       .completes = Completes::kFolder}};
  for (const std::vector<Flag>& more : {transcript_option_flags(), transcript_output_flags()})
    all.insert(all.end(), more.begin(), more.end());
  const std::vector<Flag> other = {
      {.name = "--rate",
       .value = "HZ",
       .help =
           "Standard input is raw 16-bit little-endian samples of one channel, so many a second",
       .group = kOther},
      {.name = "--compute",
       .value = "HOW",
       .help = "Activations of quantized layers: exact is float, auto 16-bit integers, fast 8-bit "
               "ones for weights of up to 5 bits",
       .group = kOther,
       .default_value = "auto",
       .choices = names_of(kComputes)},
      isa_flag(kOther),
      threads_flag(kOther),
      switch_flag({.name = "--verbose",
                   .short_name = 'v',
                   .help = "Say why windows were tried again and text was left out",
                   .group = kOther,
                   .default_value = "false"}),
      {.name = "--json", .help = "Print one JSON object instead of text", .group = kOther},
      help_flag()};
  all.insert(all.end(), other.begin(), other.end());
  return all;
}

Result<Outcome> run(const Values& values, Reporter& reporter) {
  TranscriptJob job;
  job.inputs = values.all(kFiles);
  job.options = TRY(transcript_options(values));
  job.output = TRY(plan_transcript_output(values, job.inputs));
  job.options.word_timestamps = job.output.has_words;
  if (job.output.layout.max_line_count > 0 && job.output.layout.max_line_width == 0)
    reporter.warn("--max-line-count has no effect without --max-line-width");
  if (values.given("--rate"))
    job.raw_rate_hz =
        TRY(parse_integer("--rate", values.get("--rate"), kLowestRateHz, kHighestRateHz));
  job.report = values.given("--json");
  job.live = job.output.formats.empty() && !job.report;
  job.verbose = switched_on(values, "--verbose", false);
  job.compute = meaning_of(kComputes, values.get("--compute", "auto"));
  job.isa = values.get("--isa");
  job.threads = TRY(parse_threads(values.get("--threads")));
  TRY(check_inputs(job));
  job.model = TRY(whisper_folder(values));
  return transcribe(job, reporter);
}

}  // namespace

Command transcribe_command() {
  return {
      .name = "transcribe",
      .summary = "write down what is said, with a Whisper model",
      .description =
          "Transcribes speech, or translates it to English, with any Whisper that convert reads or "
          "writes, quantized or not. Text comes out as OpenAI's whisper decodes it, in lines with "
          "their times, or with --format in files.\n\n"
          "Sound may be WAV, FLAC, MP3, Ogg, Opus and what else libsndfile reads, whatever the "
          "file is called; MP4, M4A, AAC and WebM need ffmpeg to be installed. - is standard "
          "input. A file of any length takes the memory of a short one. When a file of several "
          "cannot be read the others are still done. Ctrl-C keeps what was written down.",
      .arguments = {{.name = kFiles,
                     .help = "Files of sound; - is standard input",
                     .required = true,
                     .repeatable = true,
                     .completes = Completes::kFile}},
      .flags = flags(),
      .examples = {{"what is said?", "decibit transcribe talk.mp3"},
                   {"subtitles of two lines",
                    "decibit transcribe talk.mp3 -f srt --max-line-width 42 --max-line-count 2"},
                   {"from a microphone's recorder",
                    "arecord -f S16_LE -r 16000 -d 20 -t raw | decibit transcribe - --rate 16000"},
                   {"in English, whatever is spoken",
                    "decibit transcribe rede.ogg -m large-v3 --task translate"}},
      .run = run};
}

}  // namespace decibit::cli
