// SPDX-License-Identifier: Apache-2.0
#include "cli/speech_language.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "core/suggest.h"
#include "models/kokoro/voice.h"

namespace decibit::cli {
namespace {

constexpr std::array kLanguages = {SpeechLanguage{'a', "en-us", "American English"},
                                   SpeechLanguage{'b', "en-gb", "British English"},
                                   SpeechLanguage{'e', "es", "Spanish"},
                                   SpeechLanguage{'f', "fr-fr", "French"},
                                   SpeechLanguage{'h', "hi", "Hindi"},
                                   SpeechLanguage{'i', "it", "Italian"},
                                   SpeechLanguage{'j', "ja", "Japanese"},
                                   SpeechLanguage{'p', "pt-br", "Brazilian Portuguese"},
                                   SpeechLanguage{'z', "zh", "Mandarin Chinese"}};

struct Alias {
  std::string_view name, code;
};
constexpr std::array kAliases = {
    Alias{"en", "en-us"}, Alias{"en-uk", "en-gb"}, Alias{"es-es", "es"}, Alias{"fr", "fr-fr"},
    Alias{"hi-in", "hi"}, Alias{"it-it", "it"},    Alias{"ja-jp", "ja"}, Alias{"jp", "ja"},
    Alias{"pt", "pt-br"}, Alias{"cmn", "zh"},      Alias{"zh-cn", "zh"}};

const SpeechLanguage* find_letter(char letter) {
  const auto found = std::ranges::find(kLanguages, letter, &SpeechLanguage::letter);
  return found == kLanguages.end() ? nullptr : &*found;
}

/// British English is, as if it were American.
bool is_read(const SpeechLanguage& language) {
  return language.letter == 'a' || language.letter == 'b';
}

/// Of the first voice of a blend, which may be a file.
const SpeechLanguage* language_of_choice(const std::string& voice) {
  const auto parts = kokoro::parse_voice(voice);
  const std::string name = parts && !parts->empty() ? parts->front().name : voice;
  return language_of_voice(std::filesystem::path(name).stem().string());
}

}  // namespace

char gender_of_voice(std::string_view voice) {
  const bool named = voice.size() > 3 && voice[2] == '_' && (voice[1] == 'f' || voice[1] == 'm');
  return named ? voice[1] : '\0';
}

const SpeechLanguage* language_of_voice(std::string_view voice) {
  return gender_of_voice(voice) == '\0' ? nullptr : find_letter(voice[0]);
}

Result<const SpeechLanguage*> parse_language(std::string_view flag, const std::string& text) {
  std::string code = text;
  std::ranges::transform(code, code.begin(), [](char c) {
    if (c == '_') return '-';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  for (const Alias& alias : kAliases)
    if (alias.name == code) code = alias.code;
  std::vector<std::string> names;
  for (const SpeechLanguage& language : kLanguages) {
    if (code == language.code || (code.size() == 1 && code[0] == language.letter)) return &language;
    names.push_back(fmt::format("{} ({})", language.code, language.letter));
  }
  return fail(ErrorCode::kUsage, fmt::format("{} {}: no such language", flag, text),
              fmt::format("one of: {}", join(names)));
}

Status check_language(const Values& values, Reporter& reporter) {
  const std::string voice = values.get("--voice", "af_heart");
  const SpeechLanguage* const spoken = language_of_choice(voice);
  const SpeechLanguage* language = spoken != nullptr ? spoken : find_letter('a');
  if (values.given("--lang")) {
    language = TRY(parse_language("--lang", values.get("--lang")));
    if (spoken != nullptr && language != spoken && is_read(*language))
      reporter.warn(fmt::format("{} is a voice for {}, and the text is {}", voice, spoken->name,
                                language->name));
  }
  if (is_read(*language)) {
    if (language->letter == 'b')
      reporter.warn("British English is not read yet: the text is read as American English");
    return {};
  }
  return fail(ErrorCode::kBadInput,
              fmt::format("{} ({}) is not read from text yet", language->name, language->code),
              "give its phonemes with --phonemes");
}

}  // namespace decibit::cli
