// SPDX-License-Identifier: Apache-2.0
#include "cli/speech_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <iterator>
#include <system_error>
#include <utility>

#include "cli/environment.h"
#include "cli/paths.h"
#include "cli/speech_language.h"
#include "io/byte_source.h"
#include "text/en/letter_to_sound.h"

namespace decibit::cli {
namespace {

constexpr std::uint64_t kLongestLexicon = std::uint64_t{64} << 20;

Result<text::en::UserLexicon> user_lexicon(const Values& values) {
  if (!values.given("--lexicon")) return text::en::UserLexicon();
  const auto path = TRY(existing_path("--lexicon", values.get("--lexicon")));
  auto lexicon = text::en::UserLexicon::parse(TRY(read_text(path, kLongestLexicon)));
  if (!lexicon) return Unexpected(with_context(lexicon.error(), path.string()));
  return lexicon;
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

Error nothing_to_say() {
  return {.code = ErrorCode::kUsage,
          .message = "there is nothing to say",
          .hint = "decibit speak 'Hello world.'"};
}

speech::TextSource standard_input() {
  return speech::text_of_descriptor(STDIN_FILENO, "standard input");
}

Result<speech::TextSource> written_text(const Values& values, Reporter& reporter) {
  if (!values.given(kText)) {
    const std::string file = values.get("--file");
    if (file == "-") return standard_input();
    const std::filesystem::path path = TRY(existing_path("--file", file));
    return speech::text_of_file(path);
  }
  std::string text = values.get(kText);
  if (text == "-") return standard_input();
  std::error_code error;
  if (std::filesystem::is_regular_file(expand_home(text), error))
    reporter.note(fmt::format("{} is a file; did you mean --file {}?", text, text));
  return speech::text_in_memory(std::move(text));
}

}  // namespace

std::string read_standard_input() {
  const std::istreambuf_iterator<char> begin(std::cin), end;
  return std::string(begin, end);
}

Result<SpeechInput> english_input(speech::TextSource text, const Values& values,
                                  Reporter& reporter) {
  TRY(check_language(values, reporter));
  text::en::UserLexicon lexicon = TRY(user_lexicon(values));
  return SpeechInput{std::move(text), std::make_unique<text::en::Phonemizer>(text::letter_to_sound,
                                                                             std::move(lexicon))};
}

Result<SpeechInput> speech_input(const Values& values, Reporter& reporter) {
  const int sources =
      int{values.given(kText)} + int{values.given("--file")} + int{values.given("--phonemes")};
  if (sources > 1) return fail(ErrorCode::kUsage, "TEXT, --file and --phonemes exclude each other");
  const std::string given = values.get(kText) + values.get("--phonemes");
  if (!values.given("--file") && is_blank(given)) return Unexpected(nothing_to_say());
  if (values.given("--phonemes"))
    return SpeechInput{speech::text_in_memory(values.get("--phonemes")), nullptr};
  speech::TextSource text = TRY(written_text(values, reporter));
  return english_input(std::move(text), values, reporter);
}

}  // namespace decibit::cli
