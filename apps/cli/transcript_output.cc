// SPDX-License-Identifier: Apache-2.0
#include "cli/transcript_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "cli/environment.h"
#include "cli/units.h"
#include "core/suggest.h"

namespace decibit::cli {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kGroup = "Output";
constexpr int kMostColumns = 100'000;

Result<std::vector<transcription::TranscriptFormat>> parse_formats(const std::string& text) {
  std::vector<transcription::TranscriptFormat> formats;
  std::vector<std::string> known = transcription::transcript_format_names();
  const auto add = [&](std::string_view name) {
    const auto format = transcription::transcript_format_from_name(name);
    if (format && std::ranges::find(formats, *format) == formats.end()) formats.push_back(*format);
    return format.has_value();
  };
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string name = text.substr(at, end - at);
    at = end + 1;
    if (name == "all") {
      for (const std::string& every : known) add(every);
    } else if (!add(name)) {
      known.emplace_back("all");
      return fail(ErrorCode::kUsage, fmt::format("--format cannot be \"{}\"", name),
                  fmt::format("one or more of {}, with commas between", join(known)));
    }
  }
  return formats;
}

/// A limit of 0 and OpenAI's None are none.
Result<std::size_t> parse_limit(const Values& values, std::string_view flag) {
  const std::string text = values.get(flag, "0");
  if (text == "None") return std::size_t{0};
  return static_cast<std::size_t>(TRY(parse_integer(flag, text, 0, kMostColumns)));
}

Result<transcription::CueLayout> parse_layout(const Values& values) {
  transcription::CueLayout layout;
  layout.max_line_width = TRY(parse_limit(values, "--max-line-width"));
  layout.max_line_count = TRY(parse_limit(values, "--max-line-count"));
  layout.max_words_per_line = TRY(parse_limit(values, "--max-words-per-line"));
  layout.highlight_words = switched_on(values, "--highlight-words", false);
  return layout;
}

fs::path stem_of(const std::string& input) {
  return input == kStandardInput ? fs::path("stdin") : expand_home(input).stem();
}

std::string file_name(const fs::path& base, transcription::TranscriptFormat format) {
  return fmt::format("{}.{}", base.string(), name(format));
}

}  // namespace

std::vector<Flag> transcript_output_flags() {
  static const std::string kFormats = fmt::format(
      "Write files in place of lines on standard output: {} or all, with commas between",
      join(transcription::transcript_format_names()));
  return {{.name = "--format",
           .short_name = 'f',
           .value = "LIST",
           .help = kFormats,
           .group = kGroup,
           .alias = "--output-format"},
          {.name = "--output-dir",
           .short_name = 'o',
           .value = "DIR",
           .help = "Folder for these files, made if need be; they are named like the sound, and "
                   "replace older ones",
           .group = kGroup,
           .default_value = ".",
           .completes = Completes::kFolder},
          {.name = "--max-line-width",
           .value = "N",
           .help = "Letters in a line of SRT and VTT; this and the next three imply word times",
           .group = kGroup,
           .alias = "--max-line-len"},
          {.name = "--max-line-count",
           .value = "N",
           .help = "Lines in a cue, with --max-line-width",
           .group = kGroup},
          {.name = "--max-words-per-line",
           .value = "N",
           .help = "Words in a cue, without --max-line-width",
           .group = kGroup},
          switch_flag({.name = "--highlight-words",
                       .help = "Underline each word in SRT and VTT while it is said",
                       .group = kGroup,
                       .default_value = "false"})};
}

Result<TranscriptOutputPlan> plan_transcript_output(const Values& values,
                                                    const std::vector<std::string>& inputs) {
  TranscriptOutputPlan plan;
  plan.layout = TRY(parse_layout(values));
  plan.has_words = plan.layout.needs_words() || switched_on(values, "--word-timestamps", false);
  if (!values.given("--format")) {
    if (!values.given("--output-dir")) return plan;
    return fail(ErrorCode::kUsage, "--output-dir needs --format", "--format txt, or --format all");
  }
  plan.formats = TRY(parse_formats(values.get("--format")));
  const fs::path folder = expand_home(values.get("--output-dir", "."));
  if (folder.empty()) return fail(ErrorCode::kUsage, "--output-dir is empty");
  for (const std::string& input : inputs)
    plan.bases.push_back((folder / stem_of(input)).lexically_normal());
  TRY(check_collisions(plan, inputs));
  return plan;
}

Status check_collisions(const TranscriptOutputPlan& plan, const std::vector<std::string>& inputs) {
  std::map<fs::path, std::string> inputs_of;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto [other, is_new] = inputs_of.try_emplace(plan.bases[i], inputs[i]);
    if (!is_new)
      return fail(ErrorCode::kUsage,
                  fmt::format("{} and {} would both be written to {}", other->second, inputs[i],
                              file_name(plan.bases[i], plan.formats.front())),
                  "transcribe them into folders of their own, with --output-dir");
    for (const transcription::TranscriptFormat format : plan.formats) {
      const std::string file = file_name(plan.bases[i], format);
      std::error_code ignored;
      if (!fs::exists(file, ignored)) continue;
      for (const std::string& input : inputs) {
        if (fs::equivalent(file, expand_home(input), ignored))
          return fail(ErrorCode::kUsage, fmt::format("{} would be replaced by a transcript", input),
                      "another --output-dir");
      }
    }
  }
  return {};
}

Result<TranscriptOutput> TranscriptOutput::open(const TranscriptOutputPlan& plan,
                                                std::size_t input) {
  TranscriptOutput output;
  if (plan.formats.empty()) return output;
  const fs::path& base = plan.bases[input];
  std::error_code error;
  if (base.has_parent_path()) fs::create_directories(base.parent_path(), error);
  if (error)
    return Unexpected(
        system_error(error.value(), "cannot make the folder", base.parent_path().string()));
  for (const transcription::TranscriptFormat format : plan.formats) {
    auto writer = transcription::make_transcript_writer(format, plan.has_words, plan.layout);
    output.files_.push_back(
        TRY(transcription::TranscriptFile::create(file_name(base, format), std::move(writer))));
  }
  return output;
}

Status TranscriptOutput::add(const TranscribedSegment& segment) {
  for (transcription::TranscriptFile& file : files_) TRY(file.add(segment));
  return {};
}

Result<std::vector<std::string>> TranscriptOutput::finish(std::string_view language) {
  std::vector<std::string> places;
  for (transcription::TranscriptFile& file : files_) {
    TRY(file.finish(language));
    places.push_back(file.path().string());
  }
  return places;
}

Result<std::vector<std::string>> TranscriptOutput::keep_fragment(std::string_view language) {
  std::vector<std::string> places;
  for (transcription::TranscriptFile& file : files_) {
    const fs::path place = TRY(file.keep_fragment(language));
    places.push_back(place.string());
  }
  return places;
}

}  // namespace decibit::cli
