// SPDX-License-Identifier: Apache-2.0
// The languages that Kokoro's voices speak, and which of them are read from text.
#pragma once

#include <string>
#include <string_view>

#include "cli/values.h"
#include "core/reporter.h"
#include "core/result.h"

namespace decibit::cli {

struct SpeechLanguage {
  char letter;            // with which the names of its voices begin
  std::string_view code;  // "en-us"
  std::string_view name;  // "American English"
};

/// Of a voice called as Kokoro's are: the language's letter, f or m, an underscore. Null for
/// others.
const SpeechLanguage* language_of_voice(std::string_view voice);
/// 'f' or 'm' of such a name, 0 for others.
char gender_of_voice(std::string_view voice);

/// A letter, a code or another name of a language ("en", "EN_GB", "fr"), given to `flag`. kUsage
/// lists them.
Result<const SpeechLanguage*> parse_language(std::string_view flag, const std::string& text);

/// Whether a text can be read in the language of --lang, or else of --voice; warns when the two
/// differ and when British English is read as American. kBadInput for a language that is not read
/// yet.
Status check_language(const Values& values, Reporter& reporter);

}  // namespace decibit::cli
