// SPDX-License-Identifier: Apache-2.0
// The languages that Whisper was trained on, in the order of their tokens.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace decibit::whisper {

struct Language {
  std::string_view code;  // ISO 639 mostly; "jw" is Javanese
  std::string_view name;  // lower case
};

/// All 100; models before large-v3 know the first 99.
std::span<const Language> languages();

/// The language of a code, a name or one of OpenAI's other names, in any case of letters: "en",
/// "English", "castilian". kUsage when there is none, or it is not among the first `known`; the
/// error says which there are.
Result<Language> find_language(std::string_view text, std::size_t known);

/// Written without spaces between words: these are cut between any two characters.
bool is_written_without_spaces(std::string_view code);

}  // namespace decibit::whisper
