// SPDX-License-Identifier: Apache-2.0
// `decibit stt-generate`: the flags of mlx_audio.stt.generate 0.6.2, in terms of those of
// transcribe.
#include "cli/stt_generate_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/environment.h"
#include "cli/transcript_options.h"
#include "cli/units.h"
#include "cli/whisper_folder.h"
#include "core/suggest.h"
#include "io/json.h"

namespace decibit::cli {
namespace {

constexpr std::string_view kSpeech = "Speech", kOutGroup = "Output", kOther = "Other",
                           kUnused = "Of other models";

constexpr std::array<std::string_view, 8> kIgnored = {
    "--max-tokens", "--max-parallel-segments", "--chunk-duration", "--frame-threshold",
    "--context",    "--prefill-step-size",     "--prompt",         "--text"};

std::vector<Flag> flags() {
  std::vector<Flag> all = {
      {.name = "--model",
       .value = "PATH",
       .help = "As --model of transcribe",
       .group = kSpeech,
       .default_value = "the one that transcribe uses",
       .completes = Completes::kFolder},
      {.name = "--audio",
       .value = "FILE",
       .help = "File of sound; - is standard input",
       .group = kSpeech,
       .required = true,
       .completes = Completes::kFile},
      {.name = "--language",
       .value = "L",
       .help = "What is spoken: a code, or an English name",
       .group = kSpeech,
       .default_value = "en"},
      {.name = "--gen-kwargs",
       .value = "JSON",
       .help = "An object with more flags of transcribe, named as mlx-audio names them",
       .group = kSpeech},
      {.name = "--output-path",
       .value = "PATH",
       .help = "File to write, without its extension; one that exists is replaced",
       .group = kOutGroup,
       .required = true,
       .completes = Completes::kFile},
      {.name = "--format",
       .value = "FORMAT",
       .help = "Of the file, and its extension",
       .group = kOutGroup,
       .default_value = "txt",
       .choices = {"txt", "srt", "vtt", "json"}},
      {.name = "--stream", .help = "The file is written all the same", .group = kOutGroup},
      {.name = "--verbose", .help = "As -v of transcribe", .group = kOutGroup},
      threads_flag(kOther),
      {.name = "--json", .help = "Print one JSON object instead of text", .group = kOther},
      help_flag()};
  for (const std::string_view name : kIgnored)
    all.push_back({.name = name, .value = "X", .help = "Ignored", .group = kUnused});
  return all;
}

/// None of these is no text; no language is the one that is heard.
constexpr std::array<std::string_view, 3> kTexts = {"--language", "--prompt", "--prefix"};
/// Flags that do not know "none": it leaves their default.
constexpr std::array<std::string_view, 3> kNeverNone = {"--task", "--patience",
                                                        "--clip-timestamps"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// A value as a flag takes it; lists have commas.
std::string flag_value(const Json& json) {
  if (json.is_null()) return "None";
  if (const std::string* text = json.string()) return *text;
  if (const Json::Array* list = json.array()) {
    std::vector<std::string> parts;
    for (const Json& part : *list) parts.push_back(flag_value(part));
    return join(parts, ",");
  }
  return json.dump(-1);
}

/// By Python's truth: 0 and None are false.
std::string switch_value(const Json& json) {
  if (json.is_null()) return "false";
  if (const std::int64_t* number = json.integer()) return *number == 0 ? "false" : "true";
  return flag_value(json);
}

/// The keyword `temperature`: one is the only one, a list is tried in turn.
Result<std::vector<double>> temperatures(const Json& json) {
  const Json::Array one = {json};
  const Json::Array& all = json.array() != nullptr ? *json.array() : one;
  std::vector<double> values;
  for (const Json& value : all)
    values.push_back(TRY(parse_number("temperature", flag_value(value), 0, 1)));
  if (values.empty())
    return fail(ErrorCode::kUsage, "--gen-kwargs: the list of temperatures is empty");
  return values;
}

/// The members that are flags of decoding; the others mean nothing for Whisper. Returns the
/// temperatures, if they are among them.
Result<std::vector<double>> add_keywords(const std::string& text, Values& options,
                                         std::vector<std::string>& ignored) {
  std::vector<double> tried;
  auto parsed = Json::parse(text);
  if (!parsed || !parsed->is_object())
    return fail(ErrorCode::kUsage, fmt::format("--gen-kwargs {}: expected a JSON object", text),
                R"(--gen-kwargs '{"word_timestamps": true}')");
  const std::vector<Flag> known = transcript_option_flags();
  for (const auto& [key, value] : *parsed->object()) {
    std::string name = "--" + key;
    std::ranges::replace(name, '_', '-');
    const auto flag = std::ranges::find_if(
        known, [&](const Flag& one) { return one.name == name || one.alias == name; });
    if (flag == known.end()) {
      ignored.push_back(fmt::format("\"{}\"", key));
    } else if (flag->name == "--temperature") {
      if (!value.is_null()) tried = TRY(temperatures(value));
    } else if (value.is_null() && is_one_of(kTexts, flag->name)) {
      options.clear(flag->name);
    } else if (value.is_null() && flag->name == "--suppress-tokens") {
      options.add(flag->name, "");  // none is suppressed
    } else if (!value.is_null() || !is_one_of(kNeverNone, flag->name)) {
      const std::string word = flag->value_optional ? switch_value(value) : flag_value(value);
      if (!flag->choices.empty() && std::ranges::find(flag->choices, word) == flag->choices.end())
        return fail(ErrorCode::kUsage,
                    fmt::format("--gen-kwargs: \"{}\" cannot be {}", key, value.dump(-1)),
                    fmt::format("one of {}", join(flag->choices)));
      options.add(flag->name, word);
    }
  }
  return tried;
}

Result<Outcome> run(const Values& values, Reporter& reporter) {
  TranscriptJob job = TRY(stt_generate_job(values, reporter));
  TRY(check_inputs(job));
  job.model = TRY(whisper_folder(values));
  return transcribe(job, reporter);
}

}  // namespace

Result<TranscriptJob> stt_generate_job(const Values& values, Reporter& reporter) {
  Values options;
  options.add("--beam-size", "1");  // mlx-audio has neither of the two
  options.add("--best-of", "1");
  options.add("--language", values.get("--language", "en"));
  std::vector<std::string> ignored;
  for (const std::string_view flag : kIgnored)
    if (values.given(flag)) ignored.emplace_back(flag);
  std::vector<double> tried;
  if (values.given("--gen-kwargs"))
    tried = TRY(add_keywords(values.get("--gen-kwargs"), options, ignored));
  if (!ignored.empty())
    reporter.warn(fmt::format("{}: without meaning for Whisper, ignored", join(ignored)));
  if (values.given("--stream"))
    reporter.warn("text is not shown while it is decoded; it is only written");

  TranscriptJob job;
  job.inputs = {values.get("--audio")};
  job.options = TRY(transcript_options(options));
  if (!tried.empty()) job.options.temperatures = std::move(tried);
  const std::string base = values.get("--output-path");
  if (base.empty() || base == "-")
    return fail(ErrorCode::kUsage, "--output-path has to name a file",
                "decibit transcribe writes to standard output");
  job.output.formats = {transcription::transcript_format_from_name(values.get("--format", "txt"))
                            .value_or(transcription::TranscriptFormat::kTxt)};
  job.output.bases = {expand_home(base)};
  job.output.has_words = job.options.word_timestamps;
  TRY(check_collisions(job.output, job.inputs));
  job.report = values.given("--json");
  job.verbose = values.given("--verbose");
  job.threads = TRY(parse_threads(values.get("--threads")));
  return job;
}

Command stt_generate_command() {
  return {.name = "stt-generate",
          .summary = "transcribe, with the flags of mlx_audio.stt.generate",
          .description =
              "Takes the flags of mlx-audio's mlx_audio.stt.generate, and is what a link of that "
              "name runs (decibit compat makes it). The work is transcribe's, which can do more; "
              "files are those of OpenAI's whisper.",
          .flags = flags(),
          .examples = {{"subtitles beside a talk",
                        "decibit stt-generate --audio talk.mp3 --output-path talk --format srt"}},
          .run = run};
}

}  // namespace decibit::cli
