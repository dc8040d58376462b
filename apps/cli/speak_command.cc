// SPDX-License-Identifier: Apache-2.0
// `decibit speak`: text or phonemes to a file of sound.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/environment.h"
#include "cli/kokoro_folder.h"
#include "cli/same_file.h"
#include "cli/speech_flags.h"
#include "cli/speech_input.h"
#include "cli/speech_job.h"
#include "cli/speech_output.h"
#include "cli/units.h"
#include "core/cores.h"
#include "models/kokoro/voice.h"

namespace decibit::cli {
namespace {

constexpr std::string_view kVoiceGroup = "Voice", kOutGroup = "Output", kOther = "Other";
constexpr std::array kComputes = {Choice<Compute>{"auto", Compute::kAuto},
                                  Choice<Compute>{"exact", Compute::kExact},
                                  Choice<Compute>{"fast", Compute::kFast}};
constexpr std::array kBoundaries = {Choice<bool>{"scaled", true}, Choice<bool>{"unscaled", false}};

std::vector<Flag> speak_flags() {
  return {
      kokoro_model_flag(kVoiceGroup),
      {.name = "--phonemes",
       .value = "STRING",
       .help = "What to say, in the model's phonemes (misaki's alphabet), in place of a text",
       .group = kVoiceGroup},
      {.name = "--file",
       .value = "FILE",
       .help = "A file with the text to say; - is standard input",
       .group = kVoiceGroup,
       .completes = Completes::kFile},
      {.name = "--lexicon",
       .value = "FILE",
       .help = "Pronunciations of your own: lines of word, tab, phonemes",
       .group = kVoiceGroup,
       .completes = Completes::kFile},
      voice_flag(kVoiceGroup),
      speed_flag(kVoiceGroup),
      {.name = "--lang",
       .value = "L",
       .help = "Language of the text: a letter of Kokoro's, or a code such as en-us",
       .group = kVoiceGroup,
       .default_value = "the voice's"},
      {.name = "--boundary",
       .value = "HOW",
       .help = "Whether --speed changes the silence at both ends of a chunk too",
       .group = kVoiceGroup,
       .default_value = "scaled from speed 1 on",
       .choices = names_of(kBoundaries)},
      {.name = "--noise",
       .value = "X",
       .help = "Scale of the breath in the voice; 0 is none",
       .group = kVoiceGroup,
       .default_value = "1"},
      {.name = "--seed",
       .value = "N",
       .help = "Of that noise",
       .group = kVoiceGroup,
       .default_value = "0"},
      {.name = "--gap-ms",
       .value = "N",
       .help = "Silence between paragraphs, beside what the voice leaves at their ends",
       .group = kVoiceGroup,
       .default_value = std::to_string(SpeechOptions().paragraph_gap.count())},
      {.name = "--out",
       .short_name = 'o',
       .value = "FILE",
       .help = "File to write; its extension says the format",
       .group = kOutGroup,
       .default_value = "speech.wav",
       .completes = Completes::kFile},
      {.name = "--stream",
       .help = "Write to standard output, each chunk as soon as it is spoken; with --json the "
               "object goes to standard error",
       .group = kOutGroup},
      {.name = "--split",
       .value = "DIR",
       .help = "Write a file for each paragraph into a folder, 0001.wav and so on",
       .group = kOutGroup,
       .completes = Completes::kFolder},
      {.name = "--format",
       .value = "FORMAT",
       .help = "Of the sound; pcm is 16-bit little-endian samples and nothing else",
       .group = kOutGroup,
       .default_value = "by the extension of --out, else wav",
       .choices = audio_format_names()},
      {.name = "--sample-rate",
       .value = "HZ",
       .help = "Of the sound",
       .group = kOutGroup,
       .default_value = std::to_string(kSpeechRateHz)},
      {.name = "--timestamps",
       .value = "FILE",
       .help = "Also write when each word is said: FILE.json, FILE.srt or FILE.vtt",
       .group = kOutGroup,
       .completes = Completes::kFile},
      {.name = "--force",
       .help = "Replace files that exist; with --split also remove those of a longer run",
       .group = kOutGroup},
      {.name = "--explain",
       .help = "Show the text as it is read, its phonemes, the words that were guessed and the "
               "symbols that the model lacks; speak only if --out, --stream or --split is given",
       .group = kOutGroup},
      {.name = "--compute",
       .value = "HOW",
       .help = "Activations of quantized layers: exact is float, auto 16-bit integers, fast "
               "8-bit ones for weights of up to 5 bits",
       .group = kOther,
       .default_value = "auto",
       .choices = names_of(kComputes)},
      isa_flag(kOther),
      threads_flag(kOther),
      {.name = "--json", .help = "Print one JSON object instead of text", .group = kOther},
      help_flag()};
}

Result<std::uint64_t> parse_seed(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  return fail(ErrorCode::kUsage,
              fmt::format("--seed {}: expected a whole number, 0 or more", text));
}

Result<std::chrono::milliseconds> parse_gap(const std::string& text) {
  constexpr int kLongestMs = 60'000;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= kLongestMs)
    return std::chrono::milliseconds(value);
  return fail(ErrorCode::kUsage,
              fmt::format("--gap-ms {}: expected milliseconds from 0 to {}", text, kLongestMs));
}

Result<speech::Options> parse_options(const Values& values) {
  speech::Options options;
  options.voice.speed = TRY(parse_speed(values));
  options.voice.noise =
      static_cast<float>(TRY(parse_number("--noise", values.get("--noise", "1"), 0, 100)));
  options.voice.seed = TRY(parse_seed(values.get("--seed", "0")));
  if (values.given("--boundary"))
    options.voice.scale_boundaries = meaning_of(kBoundaries, values.get("--boundary"));
  if (values.given("--gap-ms")) options.paragraph_gap = TRY(parse_gap(values.get("--gap-ms")));
  return options;
}

/// The files that are read. Those of the model are what lies in its folder and one below.
std::vector<FlagFile> input_files(const Values& values, const std::filesystem::path& model) {
  std::vector<FlagFile> files;
  const std::string text = values.get("--file");
  const bool piped = text == "-" || values.get(kText) == "-";
  if (piped) files.push_back({"standard input", "/dev/stdin"});
  if (values.given("--file") && !piped) files.push_back({"--file", expand_home(text)});
  if (values.given("--lexicon"))
    files.push_back({"--lexicon", expand_home(values.get("--lexicon"))});
  if (const auto voices = kokoro::parse_voice(values.get("--voice")))
    for (const kokoro::VoicePart& voice : *voices)
      files.push_back({"--voice", expand_home(voice.name)});
  std::error_code error;
  files.push_back({"--model", model});
  auto file = std::filesystem::recursive_directory_iterator(model, error);
  for (; !error && file != std::filesystem::recursive_directory_iterator(); file.increment(error)) {
    files.push_back({"--model", file->path()});
    if (file.depth() > 0) file.disable_recursion_pending();
  }
  return files;
}

Status check_files(const Values& values, const SpeechJob& job) {
  std::vector<FlagFile> outputs;
  if (job.output.kind == SpeechOutputPlan::Kind::kFile)
    outputs.push_back({"--out", job.output.path});
  if (!job.output.timestamps.empty()) outputs.push_back({"--timestamps", job.output.timestamps});
  return refuse_same_file(input_files(values, job.model), outputs);
}

/// Samples do not depend on it, and threads that share a core only wait for each other.
unsigned no_more_than_cores(unsigned threads, Reporter& reporter) {
  const unsigned cores = usable_cores();
  if (threads <= cores) return threads;
  reporter.note(fmt::format("--threads {}: there are {} usable cores, so {} are used", threads,
                            cores, cores));
  return cores;
}

Result<Outcome> run(const Values& values, Reporter& reporter) {
  SpeechJob job;
  job.options = TRY(parse_options(values));
  job.output = TRY(plan_speech_output(values));
  job.input = TRY(speech_input(values, reporter));
  job.explain = values.given("--explain");
  job.report = values.given("--json");
  const bool silent =
      !values.given("--out") && !values.given("--stream") && !values.given("--split");
  if (job.explain && silent) {
    auto model = kokoro_folder(values);
    if (!model && names_kokoro(values)) return Unexpected(model.error());
    if (model) job.model = *std::move(model);
    return explain(std::move(job), reporter);
  }
  const unsigned threads = TRY(parse_threads(values.get("--threads")));
  job.threads = no_more_than_cores(threads, reporter);
  job.model = TRY(kokoro_folder(values));
  TRY(check_files(values, job));
  job.voice = values.get("--voice", "af_heart");
  job.isa = values.get("--isa");
  job.compute = meaning_of(kComputes, values.get("--compute", "auto"));
  return speak(std::move(job), reporter);
}

/// Sound or times and a report would make a file of neither.
bool takes_stdout(const Values& values) {
  if (values.given("--stream")) return true;
  for (const std::string_view flag : {"--out", "--timestamps"})
    if (values.given(flag) && is_standard_output(expand_home(values.get(flag)))) return true;
  return false;
}

}  // namespace

Command speak_command() {
  return {
      .name = "speak",
      .summary = "make speech of text with a Kokoro model",
      .description =
          "Speaks a text and writes the sound to a file, a folder or a pipe. The model may be any "
          "Kokoro that convert "
          "reads or writes, quantized or not; weights are used from the file as they are.\n\n"
          "Text is read as American English. Other languages, and what should sound otherwise, "
          "can be given in phonemes, those of misaki, Kokoro's own alphabet. Long texts are cut at "
          "the ends of sentences, else at clause marks; a book is spoken in the memory of a page. "
          "Blank lines and [pause 500ms] are silence, beside what the voice leaves at both ends. "
          "The same input gives the same samples on "
          "any number of threads. Ctrl-C keeps what was spoken; "
          "with --split, whole paragraphs.",
      .arguments = {{.name = kText,
                     .help = "What to say, in quotes; - is standard input",
                     .if_more = "quote the text: decibit speak 'Hello world.'"}},
      .flags = speak_flags(),
      .examples = {{"say hello", "decibit speak -m ./kokoro-82m 'Hello world!' --out hello.wav"},
                   {"how is it read?",
                    "decibit speak --explain 'On 3/4/2024 at 5:30, Dr. Wu paid $2.50.'"},
                   {"hear it while it is made", "decibit speak --file book.txt --stream | aplay"},
                   {"in phonemes", "decibit speak -m ./kokoro-82m --phonemes 'həlˈO wˈɜɹld!'"}},
      .run = run,
      .takes_stdout = takes_stdout};
}

}  // namespace decibit::cli
