// SPDX-License-Identifier: Apache-2.0
#include "cli/transcript_options.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>

#include "cli/units.h"

namespace decibit::cli {
namespace {

constexpr std::string_view kSpeech = "Speech", kDecoding = "Decoding", kTimes = "Times";
// Texts that the network continues at once.
constexpr int kMostTexts = 8;
// A day and more: no longer file is expected, and frames of 10 ms fit 32 bits.
constexpr double kLongest_s = 1e6;

/// The parts of "a,b,c"; none of an empty text.
std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// OpenAI's commands turn thresholds off with None.
bool is_none(std::string_view text) { return text == "None" || text == "none"; }

/// Replaces `value` if the flag was given.
Status read_number(const Values& values, std::string_view flag, double low, double high,
                   double& value) {
  if (values.given(flag)) value = TRY(parse_number(flag, values.get(flag), low, high));
  return {};
}

Status read_threshold(const Values& values, std::string_view flag, double low, double high,
                      std::optional<double>& value) {
  if (!values.given(flag)) return {};
  value.reset();
  if (!is_none(values.get(flag))) value = TRY(parse_number(flag, values.get(flag), low, high));
  return {};
}

/// None is one text.
Status read_texts(const Values& values, std::string_view flag, int& value) {
  if (!values.given(flag)) return {};
  value = 1;
  if (!is_none(values.get(flag))) value = TRY(parse_integer(flag, values.get(flag), 1, kMostTexts));
  return {};
}

Result<std::vector<double>> temperatures(const Values& values) {
  double first = 0;
  std::optional<double> increment = 0.2;
  TRY(read_number(values, "--temperature", 0, 1, first));
  TRY(read_threshold(values, "--temperature-increment-on-fallback", 0.01, 1, increment));
  std::vector<double> all = {first};
  // numpy.arange(first, 1 + 1e-6, increment)
  if (increment)
    for (int i = 1; first + i * *increment < 1 + 1e-6; ++i) all.push_back(first + i * *increment);
  return all;
}

Result<std::vector<std::int32_t>> suppressed(const std::string& text) {
  std::vector<std::int32_t> tokens;
  for (const std::string_view part : parts_of(text, ','))
    tokens.push_back(TRY(parse_integer("--suppress-tokens", part, -1, 1'000'000)));
  return tokens;
}

Result<std::vector<double>> clips(const Values& values) {
  const bool cut = values.given("--from") || values.given("--to");
  if (cut && values.given("--clip-timestamps"))
    return fail(ErrorCode::kUsage, "--clip-timestamps excludes --from and --to");
  std::vector<double> times;
  if (!cut) {
    const std::string list = values.get("--clip-timestamps", "0");
    for (const std::string_view part : parts_of(list, ','))
      times.push_back(TRY(parse_number("--clip-timestamps", part, 0, kLongest_s)));
    return times;
  }
  times.push_back(TRY(parse_time("--from", values.get("--from", "0"))));
  if (values.given("--to")) times.push_back(TRY(parse_time("--to", values.get("--to"))));
  if (times.size() == 2 && times[1] <= times[0])
    return fail(ErrorCode::kUsage, fmt::format("--to {} does not lie behind --from {}",
                                               values.get("--to"), values.get("--from", "0")));
  return times;
}

std::vector<Flag> decoding_flags() {
  return {
      {.name = "--beam-size",
       .value = "N",
       .help = "Texts that beam search follows, at temperature 0; 1 is greedy",
       .group = kDecoding,
       .default_value = "5"},
      {.name = "--best-of",
       .value = "N",
       .help = "Texts that are sampled at other temperatures",
       .group = kDecoding,
       .default_value = "5"},
      {.name = "--patience",
       .value = "X",
       .help = "Of beam search: how long it goes on after its first finished texts",
       .group = kDecoding,
       .default_value = "1"},
      {.name = "--length-penalty",
       .value = "ALPHA",
       .help = "How texts of different lengths are compared",
       .group = kDecoding,
       .default_value = "by the mean log probability"},
      {.name = "--temperature",
       .value = "X",
       .help = "Of sampling; 0 takes the likeliest text",
       .group = kDecoding,
       .default_value = "0"},
      {.name = "--temperature-increment-on-fallback",
       .value = "X",
       .help = "Added, up to 1, while a window looks wrong by the next two thresholds; none: tried "
               "once",
       .group = kDecoding,
       .default_value = "0.2"},
      {.name = "--compression-ratio-threshold",
       .value = "X",
       .help = "Above it a text repeats itself; none: not looked at",
       .group = kDecoding,
       .default_value = "2.4"},
      {.name = "--logprob-threshold",
       .value = "X",
       .help = "Below this mean log probability a text is wrong; none: not looked at",
       .group = kDecoding,
       .default_value = "-1"},
      {.name = "--no-speech-threshold",
       .value = "X",
       .help = "Above this probability of silence, and below --logprob-threshold, a window is "
               "silent; none: not looked at",
       .group = kDecoding,
       .default_value = "0.6"},
      switch_flag({.name = "--condition-on-previous-text",
                   .help = "Show the model the text so far, which may make it repeat itself",
                   .group = kDecoding,
                   .default_value = "true"}),
      {.name = "--prompt",
       .value = "TEXT",
       .help = "A text that could stand before: names, spellings, style",
       .group = kDecoding,
       .alias = "--initial-prompt"},
      switch_flag({.name = "--carry-initial-prompt",
                   .help = "Show it before every window, not the first only",
                   .group = kDecoding,
                   .default_value = "false"}),
      {.name = "--prefix",
       .value = "TEXT",
       .help = "The model is told that the text begins with this; it is not written",
       .group = kDecoding},
      {.name = "--suppress-tokens",
       .value = "IDS",
       .help = "Tokens that are never written, with commas between; -1 stands for symbols that are "
               "no speech",
       .group = kDecoding,
       .default_value = "-1"}};
}

std::vector<Flag> time_flags() {
  return {
      {.name = "--from",
       .value = "TIME",
       .help = "Where to begin: seconds, or m:ss",
       .group = kTimes},
      {.name = "--to", .value = "TIME", .help = "Where to end", .group = kTimes},
      {.name = "--clip-timestamps",
       .value = "LIST",
       .help = "Parts to transcribe: start,end,start,... in seconds; the last end may be missing",
       .group = kTimes,
       .default_value = "0"},
      switch_flag({.name = "--word-timestamps",
                   .help = "Find the time of each word",
                   .group = kTimes,
                   .default_value = "false",
                   .alias = "--words"}),
      {.name = "--hallucination-silence-threshold",
       .value = "SECONDS",
       .help = "With word times: skip silence longer than this around text that looks made up",
       .group = kTimes}};
}

}  // namespace

std::vector<Flag> transcript_option_flags() {
  std::vector<Flag> flags = {{.name = "--language",
                              .value = "L",
                              .help = "What is spoken: a code such as de, or its English name",
                              .group = kSpeech,
                              .default_value = "what the first 30 s are heard as"},
                             {.name = "--task",
                              .value = "TASK",
                              .help = "Write what is said, or what it means in English",
                              .group = kSpeech,
                              .default_value = "transcribe",
                              .choices = {"transcribe", "translate"}}};
  for (const std::vector<Flag>& more : {time_flags(), decoding_flags()})
    flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

Result<double> parse_time(std::string_view flag, std::string_view text) {
  double seconds = 0;
  const std::vector<std::string_view> parts = parts_of(text, ':');
  bool good = !parts.empty() && parts.size() <= 3 && !text.ends_with(':');
  for (std::size_t i = 0; good && i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    double number = 0;
    const char* const end = parts[i].data() + parts[i].size();
    const auto [rest, error] =
        std::from_chars(parts[i].data(), end, number, std::chars_format::fixed);
    good = error == std::errc() && rest == end && number >= 0 && (i == 0 || number < 60) &&
           (last || parts[i].find('.') == parts[i].npos);
    seconds = seconds * 60 + number;
  }
  if (good && seconds <= kLongest_s) return seconds;
  return fail(ErrorCode::kUsage,
              fmt::format("{} {}: expected a time such as 90, 1:30.5 or 1:02:03", flag, text));
}

Result<TranscribeOptions> transcript_options(const Values& values) {
  TranscribeOptions options;
  options.language = values.get("--language");
  if (values.get("--task") == "translate") options.task = TranscribeOptions::Task::kTranslate;
  options.temperatures = TRY(temperatures(values));
  TRY(read_texts(values, "--beam-size", options.beam_size));
  TRY(read_texts(values, "--best-of", options.best_of));
  TRY(read_number(values, "--patience", 0.01, 100, options.patience));
  TRY(read_threshold(values, "--length-penalty", 0, 1, options.length_penalty));
  TRY(read_threshold(values, "--compression-ratio-threshold", 0, 1000,
                     options.compression_ratio_threshold));
  TRY(read_threshold(values, "--logprob-threshold", -1000, 0, options.logprob_threshold));
  TRY(read_threshold(values, "--no-speech-threshold", 0, 1, options.no_speech_threshold));
  options.condition_on_previous_text = switched_on(values, "--condition-on-previous-text", true);
  options.initial_prompt = values.get("--prompt");
  options.carry_initial_prompt = switched_on(values, "--carry-initial-prompt", false);
  options.prefix = values.get("--prefix");
  options.suppress_tokens = TRY(suppressed(values.get("--suppress-tokens", "-1")));
  options.clip_timestamps = TRY(clips(values));
  options.word_timestamps = switched_on(values, "--word-timestamps", false);
  TRY(read_threshold(values, "--hallucination-silence-threshold", 0, kLongest_s,
                     options.hallucination_silence_threshold));
  return options;
}

}  // namespace decibit::cli
