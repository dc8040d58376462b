// SPDX-License-Identifier: Apache-2.0
// `decibit generate`: the flags of mlx_audio.tts.generate 0.6.2.
#include "cli/generate_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include "cli/command.h"
#include "cli/environment.h"
#include "cli/kokoro_folder.h"
#include "cli/speech_flags.h"
#include "cli/units.h"
#include "core/suggest.h"
#include "io/audio_file.h"

namespace decibit::cli {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kVoiceGroup = "Voice", kOutGroup = "Output", kOther = "Other",
                           kUnused = "Of other models";

constexpr auto kIgnored = std::to_array<std::string_view>({"--max-tokens",
                                                           "--prompt",
                                                           "--instruct",
                                                           "--exaggeration",
                                                           "--cfg-scale",
                                                           "--ddpm-steps",
                                                           "--gen-duration",
                                                           "--duration-multiplier",
                                                           "--steps",
                                                           "--stg-scale",
                                                           "--stg-block",
                                                           "--rescale-scale",
                                                           "--gender",
                                                           "--pitch",
                                                           "--stt-model",
                                                           "--temperature",
                                                           "--sigma",
                                                           "--top-p",
                                                           "--top-k",
                                                           "--min-p",
                                                           "--repetition-penalty"});

std::vector<Flag> flags() {
  std::vector<Flag> all = {
      kokoro_model_flag(kVoiceGroup),
      {.name = "--text",
       .value = "TEXT",
       .help = "What to say",
       .group = kVoiceGroup,
       .default_value = "standard input"},
      voice_flag(kVoiceGroup),
      speed_flag(kVoiceGroup),
      {.name = "--lang-code",
       .value = "L",
       .help = "As --lang of speak",
       .group = kVoiceGroup,
       .default_value = "the voice's"},
      {.name = "--output-path",
       .value = "DIR",
       .help = "Folder for the files, made if need be",
       .group = kOutGroup,
       .default_value = "here",
       .completes = Completes::kFolder},
      {.name = "--file-prefix",
       .value = "NAME",
       .help = "Files are NAME_000.wav, NAME_001.wav, ..., one for each line; files that exist are "
               "replaced",
       .group = kOutGroup,
       .default_value = "audio"},
      {.name = "--audio-format",
       .value = "FORMAT",
       .help = "Of the files",
       .group = kOutGroup,
       .default_value = "wav",
       .choices = audio_format_names()},
      {.name = "--join-audio", .help = "One file, NAME.wav, for all lines", .group = kOutGroup},
      {.name = "--verbose", .help = "Says no more than without it", .group = kOutGroup},
      {.name = "--play", .help = "Not played: the files are written", .group = kOutGroup},
      {.name = "--stream", .help = "Only with --save, and not played", .group = kOutGroup},
      {.name = "--save", .help = "With --stream: write the files", .group = kOutGroup},
      {.name = "--streaming-interval",
       .value = "SECONDS",
       .help = "Changes nothing in a file",
       .group = kOutGroup},
      threads_flag(kOther),
      {.name = "--json", .help = "Print one JSON object instead of text", .group = kOther},
      help_flag()};
  for (const std::string_view name : {"--ref-audio", "--ref-text"})
    all.push_back({.name = name,
                   .value = "X",
                   .help = "Refused: Kokoro cannot take on a voice",
                   .group = kUnused,
                   .repeatable = true});
  for (const std::string_view name : kIgnored)
    all.push_back({.name = name, .value = "X", .help = "Ignored", .group = kUnused});
  all.push_back({.name = "--use-zero-spk-emb", .help = "Ignored", .group = kUnused});
  return all;
}

Status check(const Values& values, Reporter& reporter) {
  for (const std::string_view flag : {"--ref-audio", "--ref-text"})
    if (values.given(flag))
      return fail(ErrorCode::kUsage,
                  fmt::format("{}: Kokoro cannot take on the voice of a recording", flag),
                  "--voice; decibit voices lists them");
  if (values.given("--save") && !values.given("--stream"))
    return fail(ErrorCode::kUsage, "--save requires --stream");
  if (values.given("--stream") && !values.given("--save"))
    return fail(ErrorCode::kUsage,
                "--stream plays sound and writes none, and nothing is played here",
                "--stream --save, or neither");
  if (values.given("--play") || values.given("--stream"))
    reporter.warn("sound is not played here; it is only written");
  std::vector<std::string> ignored;
  for (const std::string_view flag : kIgnored)
    if (values.given(flag)) ignored.emplace_back(flag);
  if (values.given("--use-zero-spk-emb")) ignored.emplace_back("--use-zero-spk-emb");
  if (!ignored.empty())
    reporter.warn(fmt::format("{}: without meaning for Kokoro, ignored", join(ignored)));
  return {};
}

/// The lines that hold more than spaces.
std::vector<std::string> lines_of(const std::string& text) {
  constexpr std::string_view kSpaces = " \t\r\f\v";
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const std::size_t first = line.find_first_not_of(kSpaces);
    if (first != line.npos) lines.push_back(line.substr(first));
    at = end + 1;
  }
  return lines;
}

/// "out.wav" as a prefix of WAV files is "out".
std::string without_extension(std::string prefix, std::string_view format) {
  const std::string extension = fmt::format(".{}", format);
  if (prefix.size() > extension.size() && prefix.ends_with(extension))
    prefix.resize(prefix.size() - extension.size());
  return prefix;
}

SpeechOutputPlan plan_output(const Values& values, AudioFormat format) {
  const fs::path folder = expand_home(values.get("--output-path"));
  const fs::path prefix =
      folder / without_extension(values.get("--file-prefix", "audio"), name(format));
  SpeechOutputPlan plan;
  plan.encoding = {format, kSpeechRateHz, kSpeechRateHz};
  plan.replace = true;
  if (values.given("--join-audio")) {
    plan.path = fmt::format("{}.{}", prefix.string(), name(format));
    return plan;
  }
  plan.kind = SpeechOutputPlan::Kind::kFolder;
  plan.path = prefix.parent_path().empty() ? fs::path(".") : prefix.parent_path();
  plan.names = {
      .prefix = prefix.filename().string() + "_", .first = 0, .digits = 3, .own_folder = false};
  return plan;
}

Result<Outcome> run(const Values& values, Reporter& reporter) {
  const std::string text = values.given("--text") ? values.get("--text") : read_standard_input();
  SpeechJob job = TRY(generate_job(values, text, reporter));
  if (values.given("--output-path")) {
    const fs::path folder = expand_home(values.get("--output-path"));
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
      return Unexpected(system_error(error.value(), "cannot make the folder", folder.string()));
  }
  job.model = TRY(kokoro_folder(values));
  return speak(std::move(job), reporter);
}

}  // namespace

Result<SpeechJob> generate_job(const Values& values, const std::string& text, Reporter& reporter) {
  TRY(check(values, reporter));
  const std::vector<std::string> lines = lines_of(text);
  if (lines.empty()) return fail(ErrorCode::kUsage, "there is nothing to say", "--text 'Hello.'");
  SpeechJob job;
  job.options.voice.speed = TRY(parse_speed(values));
  // Lines are what paragraphs are to speak, and nothing stands between them.
  job.options.paragraph_gap = std::chrono::milliseconds(0);
  job.output = plan_output(
      values, audio_format_from_name(values.get("--audio-format")).value_or(AudioFormat::kWav));
  Values reading;
  if (values.given("--lang-code")) reading.add("--lang", values.get("--lang-code"));
  if (values.given("--voice")) reading.add("--voice", values.get("--voice"));
  job.input = TRY(english_input(speech::text_in_memory(join(lines, "\n\n")), reading, reporter));
  job.voice = values.get("--voice", "af_heart");
  job.threads = TRY(parse_threads(values.get("--threads")));
  job.report = values.given("--json");
  return job;
}

Command generate_command() {
  return {.name = "generate",
          .summary = "speak, with the flags of mlx_audio.tts.generate",
          .description =
              "Takes the flags of mlx-audio's mlx_audio.tts.generate, and is what a link of that "
              "name runs (decibit compat makes it). The work is speak's, which can do more.",
          .flags = flags(),
          .examples = {{"a file for each line",
                        "decibit generate --text $'One.\\nTwo.' --file_prefix line"}},
          .run = run};
}

}  // namespace decibit::cli
