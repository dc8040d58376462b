// SPDX-License-Identifier: Apache-2.0
#include "text/en/phonemizer.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_american(std::string_view language) {
  const std::string lower = ascii_lower(language);
  return lower.empty() || lower == "a" || lower == "en" || lower == "en-us";
}

}  // namespace

Result<UserLexicon> UserLexicon::parse(std::string_view text) {
  UserLexicon lexicon;
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string_view> fields = split(line, '\t');
    const std::string where = "line " + std::to_string(number);
    if (fields.size() < 2 || fields.size() > 3 || fields[0].empty() || fields[1].empty()) {
      return fail(ErrorCode::kBadInput,
                  where + " of the lexicon is not `word<TAB>phonemes[<TAB>lang]`");
    }
    if (fields.size() == 3 && !is_american(fields[2])) continue;
    std::vector<char32_t> dropped;
    const Phones phones = to_vocabulary(code_points(fields[1]), &dropped);
    if (!dropped.empty()) {
      return fail(
          ErrorCode::kBadInput,
          where + " of the lexicon: Kokoro has no symbol " + encode_utf8(dropped[0]) + " (U+" +
              [&] {
                char hex[12];
                (void)std::snprintf(hex, sizeof hex, "%04X", static_cast<unsigned>(dropped[0]));
                return std::string(hex);
              }() +
              ")");
    }
    lexicon.words_[std::string(fields[0])] = encode_utf8(phones);
  }
  return lexicon;
}

const std::string* UserLexicon::find(std::string_view word) const {
  auto found = words_.find(word);
  if (found == words_.end()) found = words_.find(ascii_lower(word));
  return found == words_.end() ? nullptr : &found->second;
}

}  // namespace decibit::text::en
