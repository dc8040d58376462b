// SPDX-License-Identifier: Apache-2.0
// Source: openai-whisper, tokenizer.py.
#include "models/whisper/languages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/suggest.h"

namespace decibit::whisper {
namespace {

constexpr std::array<Language, 100> kLanguages = {
    {{"en", "english"},     {"zh", "chinese"},    {"de", "german"},
     {"es", "spanish"},     {"ru", "russian"},    {"ko", "korean"},
     {"fr", "french"},      {"ja", "japanese"},   {"pt", "portuguese"},
     {"tr", "turkish"},     {"pl", "polish"},     {"ca", "catalan"},
     {"nl", "dutch"},       {"ar", "arabic"},     {"sv", "swedish"},
     {"it", "italian"},     {"id", "indonesian"}, {"hi", "hindi"},
     {"fi", "finnish"},     {"vi", "vietnamese"}, {"he", "hebrew"},
     {"uk", "ukrainian"},   {"el", "greek"},      {"ms", "malay"},
     {"cs", "czech"},       {"ro", "romanian"},   {"da", "danish"},
     {"hu", "hungarian"},   {"ta", "tamil"},      {"no", "norwegian"},
     {"th", "thai"},        {"ur", "urdu"},       {"hr", "croatian"},
     {"bg", "bulgarian"},   {"lt", "lithuanian"}, {"la", "latin"},
     {"mi", "maori"},       {"ml", "malayalam"},  {"cy", "welsh"},
     {"sk", "slovak"},      {"te", "telugu"},     {"fa", "persian"},
     {"lv", "latvian"},     {"bn", "bengali"},    {"sr", "serbian"},
     {"az", "azerbaijani"}, {"sl", "slovenian"},  {"kn", "kannada"},
     {"et", "estonian"},    {"mk", "macedonian"}, {"br", "breton"},
     {"eu", "basque"},      {"is", "icelandic"},  {"hy", "armenian"},
     {"ne", "nepali"},      {"mn", "mongolian"},  {"bs", "bosnian"},
     {"kk", "kazakh"},      {"sq", "albanian"},   {"sw", "swahili"},
     {"gl", "galician"},    {"mr", "marathi"},    {"pa", "punjabi"},
     {"si", "sinhala"},     {"km", "khmer"},      {"sn", "shona"},
     {"yo", "yoruba"},      {"so", "somali"},     {"af", "afrikaans"},
     {"oc", "occitan"},     {"ka", "georgian"},   {"be", "belarusian"},
     {"tg", "tajik"},       {"sd", "sindhi"},     {"gu", "gujarati"},
     {"am", "amharic"},     {"yi", "yiddish"},    {"lo", "lao"},
     {"uz", "uzbek"},       {"fo", "faroese"},    {"ht", "haitian creole"},
     {"ps", "pashto"},      {"tk", "turkmen"},    {"nn", "nynorsk"},
     {"mt", "maltese"},     {"sa", "sanskrit"},   {"lb", "luxembourgish"},
     {"my", "myanmar"},     {"bo", "tibetan"},    {"tl", "tagalog"},
     {"mg", "malagasy"},    {"as", "assamese"},   {"tt", "tatar"},
     {"haw", "hawaiian"},   {"ln", "lingala"},    {"ha", "hausa"},
     {"ba", "bashkir"},     {"jw", "javanese"},   {"su", "sundanese"},
     {"yue", "cantonese"}}};

constexpr auto kOtherNames = std::to_array<Language>({{"my", "burmese"},
                                                      {"ca", "valencian"},
                                                      {"nl", "flemish"},
                                                      {"ht", "haitian"},
                                                      {"lb", "letzeburgesch"},
                                                      {"ps", "pushto"},
                                                      {"pa", "panjabi"},
                                                      {"ro", "moldavian"},
                                                      {"ro", "moldovan"},
                                                      {"si", "sinhalese"},
                                                      {"es", "castilian"},
                                                      {"zh", "mandarin"}});

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

Unexpected unknown(std::string_view text, std::string_view wanted, std::size_t known) {
  std::vector<std::string> codes, names;
  for (const Language& language : languages().first(known)) {
    codes.emplace_back(language.code);
    names.emplace_back(language.name);
  }
  const std::string all = fmt::format("one of {}", join(codes));
  return fail(ErrorCode::kUsage, fmt::format("there is no language \"{}\"", text),
              did_you_mean(wanted, names, all));
}

}  // namespace

std::span<const Language> languages() { return kLanguages; }

Result<Language> find_language(std::string_view text, std::size_t known) {
  const std::string wanted = lower_case(text);
  const auto other = std::ranges::find(kOtherNames, wanted, &Language::name);
  const std::string_view code = other == kOtherNames.end() ? wanted : other->code;
  const auto found = std::ranges::find_if(kLanguages, [&](const Language& language) {
    return language.code == code || language.name == wanted;
  });
  if (found == kLanguages.end()) return unknown(text, wanted, known);
  if (static_cast<std::size_t>(found - kLanguages.begin()) >= known)
    return fail(ErrorCode::kUsage,
                fmt::format("this model does not know {} ({}); models since large-v3 do",
                            found->name, found->code));
  return *found;
}

bool is_written_without_spaces(std::string_view code) {
  constexpr std::string_view kCodes[] = {"zh", "ja", "th", "lo", "my", "yue"};
  return std::ranges::find(kCodes, code) != std::end(kCodes);
}

}  // namespace decibit::whisper
