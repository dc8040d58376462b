// SPDX-License-Identifier: Apache-2.0
// `decibit voices`: what --voice of speak can name.
#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "cli/command.h"
#include "cli/kokoro_folder.h"
#include "cli/report_values.h"
#include "cli/speech_flags.h"
#include "cli/speech_language.h"
#include "cli/terminal.h"
#include "cli/text_table.h"
#include "models/kokoro/vendored_voices.h"
#include "models/kokoro/voice_files.h"
#include "models/source_model.h"

namespace decibit::cli {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kShow = "What to show", kOther = "Other";
constexpr std::int64_t kWidestStyle = 1 << 16;

struct ListedVoice {
  std::string name;
  const SpeechLanguage* language;   // null: the name does not say it
  char gender;                      // 'f', 'm' or 0
  std::optional<std::size_t> rows;  // none: the file cannot be read
  fs::path file;                    // empty: carried by the program
};

/// Numbers in a row of the voices of the model in `folder`: a style for its decoder and one for its
/// prosody.
Result<std::int64_t> voice_width(const fs::path& folder) {
  const Json config = TRY(read_config(folder));
  const Json* const style = config.find("style_dim");
  const std::int64_t* const width = style == nullptr ? nullptr : style->integer();
  if (width != nullptr && *width > 0 && *width <= kWidestStyle) return 2 * *width;
  return fail(ErrorCode::kBadInput,
              fmt::format("{} holds no Kokoro model: its config has no style_dim", folder.string()),
              "--model names the folder of a Kokoro model");
}

/// The folder of --model; empty when no model is named and none is found, which a note says.
Result<fs::path> model_folder(const Values& values, Reporter& reporter) {
  const auto path = kokoro_folder(values);
  if (!path) {
    if (values.given("--model")) return Unexpected(path.error());
    reporter.note(path.error().message);
    return fs::path();
  }
  std::error_code error;
  return fs::is_directory(*path, error) ? *path : path->parent_path();
}

std::vector<ListedVoice> list_voices(const fs::path& folder, std::int64_t width,
                                     const SpeechLanguage* wanted, Reporter& reporter) {
  std::vector<ListedVoice> voices;
  for (const kokoro::VoiceSource& source : kokoro::voice_sources(folder, width)) {
    ListedVoice voice{
        source.name, language_of_voice(source.name), gender_of_voice(source.name), {}, source.file};
    if (wanted != nullptr && voice.language != wanted) continue;
    if (const auto read = kokoro::read_voice(source, width)) {
      voice.rows = read->rows();
    } else {
      reporter.warn(read.error().message);
    }
    voices.push_back(std::move(voice));
  }
  return voices;
}

std::string gender_name(char gender) {
  return gender == 'f' ? "female" : gender == 'm' ? "male" : "-";
}

std::string voice_table(const std::vector<ListedVoice>& voices) {
  if (voices.empty()) return "no voice of this language\n";
  TextTable table({{.title = "voice"},
                   {.title = "language"},
                   {.title = "gender"},
                   {"rows", Align::kRight},
                   {.title = "file", .shrinks = true}});
  for (const ListedVoice& voice : voices)
    table.add_row({printable(voice.name),
                   voice.language == nullptr ? "-" : std::string(voice.language->name),
                   gender_name(voice.gender), voice.rows ? fmt::format("{}", *voice.rows) : "-",
                   voice.file.empty() ? "in the program" : printable(voice.file.string())});
  return table.to_string(Terminal::of(STDOUT_FILENO));
}

Json voice_json(const ListedVoice& voice) {
  Json json;
  json.set("name", voice.name);
  json.set("language", voice.language == nullptr ? Json() : Json(voice.language->code));
  json.set("gender", voice.gender == '\0' ? Json() : Json(gender_name(voice.gender)));
  json.set("rows", voice.rows ? json_size(*voice.rows) : Json());
  json.set("file", voice.file.empty() ? Json() : Json(voice.file.string()));
  return json;
}

Result<Outcome> run(const Values& values, Reporter& reporter) {
  const SpeechLanguage* wanted = nullptr;
  if (values.given("--language"))
    wanted = TRY(parse_language("--language", values.get("--language")));
  const fs::path folder = TRY(model_folder(values, reporter));
  const std::int64_t width =
      folder.empty() ? kokoro::kVendoredVoiceWidth : TRY(voice_width(folder));
  const std::vector<ListedVoice> voices = list_voices(folder, width, wanted, reporter);
  Outcome outcome = {.text = voice_table(voices)};
  Json::Array list;
  for (const ListedVoice& voice : voices) list.push_back(voice_json(voice));
  outcome.json.set("model", folder.empty() ? Json() : Json(folder.string()));
  outcome.json.set("voices", std::move(list));
  return outcome;
}

}  // namespace

Command voices_command() {
  return {.name = "voices",
          .summary = "list the voices that speak can use",
          .description =
              "Lists the voices of a Kokoro model, the files in its folder voices/, and the five "
              "English ones that the program carries, which any Kokoro-82M can use. Language and "
              "gender are read off the name: af_heart is American, female.",
          .flags = {kokoro_model_flag(kShow),
                    {.name = "--language",
                     .value = "L",
                     .help = "Only voices of this language, such as en-gb or b",
                     .group = kShow},
                    {.name = "--json",
                     .help = "Print one JSON object instead of text",
                     .group = kOther},
                    help_flag()},
          .examples = {{"British voices", "decibit voices --language en-gb"}},
          .run = run};
}

}  // namespace decibit::cli
