// SPDX-License-Identifier: Apache-2.0
#include "cli/spoken_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <iostream>
#include <iterator>
#include <system_error>
#include <vector>

#include "cli/environment.h"
#include "cli/paths.h"
#include "cli/speech_language.h"
#include "core/utf8.h"
#include "io/byte_source.h"
#include "text/en/letter_to_sound.h"
#include "text/en/phonemizer.h"

namespace decibit::cli {
namespace {

constexpr std::uint64_t kLongestText = std::uint64_t{64} << 20;

Result<std::string> read_file(const std::string& name) {
  if (name != "-") return read_text(TRY(existing_path("--file", name)), kLongestText);
  return read_standard_input();
}

Result<std::string> written_text(const Values& values, Reporter& reporter) {
  if (!values.given(kText)) return read_file(values.get("--file"));
  std::string text = values.get(kText);
  if (text == "-") return read_standard_input();
  std::error_code error;
  if (std::filesystem::is_regular_file(expand_home(text), error))
    reporter.note(fmt::format("{} is a file; did you mean --file {}?", text, text));
  return text;
}

Result<text::en::UserLexicon> user_lexicon(const Values& values) {
  if (!values.given("--lexicon")) return text::en::UserLexicon();
  const auto path = TRY(existing_path("--lexicon", values.get("--lexicon")));
  auto lexicon = text::en::UserLexicon::parse(TRY(read_text(path, kLongestText)));
  if (!lexicon) return Unexpected(with_context(lexicon.error(), path.string()));
  return lexicon;
}

}  // namespace

std::string read_standard_input() {
  const std::istreambuf_iterator<char> begin(std::cin), end;
  return std::string(begin, end);
}

Result<SpokenText> spoken_text(const Values& values, Reporter& reporter) {
  const int sources =
      int{values.given(kText)} + int{values.given("--file")} + int{values.given("--phonemes")};
  if (sources != 1)
    return fail(
        ErrorCode::kUsage,
        sources == 0 ? "there is nothing to say" : "TEXT, --file and --phonemes exclude each other",
        "decibit speak 'Hello world.'");
  SpokenText spoken;
  if (values.given("--phonemes")) {
    spoken.phonemes = code_points(values.get("--phonemes"));
  } else {
    TRY(check_language(values, reporter));
    const std::string written = TRY(written_text(values, reporter));
    const text::en::Phonemizer phonemizer(text::letter_to_sound, TRY(user_lexicon(values)));
    const text::en::Phonemes read = phonemizer.phonemize(written);
    for (const std::string& note : read.notes) reporter.note(note);
    spoken.phonemes = code_points(read.phonemes);
    spoken.normalized = read.normalized;
    for (const text::en::Token& token : read.tokens)
      if (token.guessed) spoken.guessed.push_back(token.text);
  }
  if (spoken.phonemes.find_first_not_of(U' ') != spoken.phonemes.npos) return spoken;
  return fail(ErrorCode::kUsage, "there is nothing to say: the text has no sound");
}

std::string explanation(const SpokenText& spoken) {
  std::string text;
  if (!spoken.normalized.empty()) text += fmt::format("text      {}\n", spoken.normalized);
  text += fmt::format("phonemes  {}\n", to_utf8(spoken.phonemes));
  if (!spoken.guessed.empty())
    text += fmt::format("guessed   {}\n", fmt::join(spoken.guessed, ", "));
  return text;
}

void add_explanation(const SpokenText& spoken, Json& json) {
  json.set("phonemes", to_utf8(spoken.phonemes));
  json.set("normalized", spoken.normalized);
  json.set("guessed", Json::Array(spoken.guessed.begin(), spoken.guessed.end()));
}

}  // namespace decibit::cli
