// SPDX-License-Identifier: Apache-2.0
// Marks that say how text is to look or to sound. misaki's [text](...) overrides a pronunciation
// (/phonemes/), a stress (-2 to 2, halves too) or how numbers are read (#flags#); the rest is
// Markdown and HTML, of which only the words are spoken.
#include <algorithm>
#include <cstdlib>

#include "text/en/lexicon.h"
#include "text/en/normalizer.h"
#include "text/pattern.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

std::string placeholder(std::size_t index) {
  return encode_utf8(kFirstOverride + static_cast<char32_t>(index));
}

std::optional<Stress> stress_of(std::string_view text) {
  if (text == "0.5" || text == "+0.5") return kCapitalised;
  if (text == "-0.5") return kSlightlyLess;
  std::string_view digits = text;
  if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) digits.remove_prefix(1);
  if (digits.empty() || digits.size() > 2 ||
      digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::optional<Stress>(2 * std::atoi(std::string(text).c_str()));
}

class OverrideReader {
 public:
  explicit OverrideReader(Normalized& text) : text_(text) {}

  std::optional<std::string> operator()(const Match& match) {
    const std::string_view word = match[1];
    const std::string_view what = match[2];
    if (text_.overrides.size() >= kMaxOverrides) return std::string(word);
    if (what.size() > 1 && what.front() == '/' && what.back() == '/') return phonemes(word, what);
    Override override;
    if (const auto stress = stress_of(what)) {
      override.stress = *stress;
    } else if (what.size() > 1 && what.front() == '#' && what.back() == '#') {
      override.flags = std::string(what.substr(1, what.size() - 2));
    } else {
      return std::string(word);  // a link: only its words
    }
    text_.overrides.push_back(std::move(override));
    return placeholder(text_.overrides.size() - 1) + std::string(word) + encode_utf8(kOverrideEnd);
  }

 private:
  std::string phonemes(std::string_view word, std::string_view what) {
    std::vector<char32_t> dropped;
    Override override;
    override.text = std::string(word);
    override.phones = to_vocabulary(code_points(what.substr(1, what.size() - 2)), &dropped);
    for (char32_t c : dropped) {
      text_.notes.push_back("no phoneme of Kokoro's: " + encode_utf8(c) + " in the markup of " +
                            std::string(word));
    }
    text_.overrides.push_back(std::move(override));
    return placeholder(text_.overrides.size() - 1);
  }

  Normalized& text_;
};

std::string without_html(std::string text) {
  static const Pattern kTag("</?[a-zA-Z][a-zA-Z0-9]{0,15}(?:\\s[^<>]{0,500})?/?>");
  static const Pattern kEntity("&(amp|lt|gt|quot|apos|nbsp|#39|mdash|ndash|hellip);");
  if (text.find('<') != std::string::npos) text = kTag.replace(text, "");
  return kEntity.replace(text, [](const Match& m) -> std::optional<std::string> {
    if (m[1] == "amp") return "&";
    if (m[1] == "lt") return "<";
    if (m[1] == "gt") return ">";
    if (m[1] == "quot") return "\"";
    if (m[1] == "nbsp") return " ";
    if (m[1] == "mdash") return "—";
    if (m[1] == "ndash") return "–";
    if (m[1] == "hellip") return "…";
    return "'";
  });
}

std::string without_emphasis(std::string text) {
  static const Pattern kEmphasis(
      "(?<![\\w*~`\\\\])(\\*{1,3}|_{1,3}|~~|`{1,3})(?=[^\\s*_~`])([^\\n]{1,400}?)(?<=[^\\s*~`\\\\])"
      "\\1(?![\\w*~`])");
  for (int depth = 0; depth < 3; ++depth) {
    std::string next =
        kEmphasis.replace(text, [](const Match& m) { return std::optional<std::string>(m[2]); });
    if (next == text) break;
    text = std::move(next);
  }
  return text;
}

std::string without_line_marks(std::string text) {
  static const Pattern kHeading("^ {0,3}#{1,6} +(.*?) *#*$");
  static const Pattern kItem("^ *(?:[*•‣◦]|-|\\+) +(?=\\S)");
  static const Pattern kQuote("^ {0,3}(?:> ?)+");
  static const Pattern kRule("^ *(?:(?:[*_=] ?){3,}| *— *)$");
  static const Pattern kFence("^ *```[^\\n]*$");
  text = kHeading.replace(text, [](const Match& m) { return std::optional<std::string>(m[1]); });
  text = kRule.replace(text, "");
  text = kFence.replace(text, "");
  text = kQuote.replace(text, "");
  // A dash before a digit may be a minus: "- 5" at the start of a line is one too often to be an
  // item.
  return kItem.replace(text, [](const Match& m) -> std::optional<std::string> {
    const bool digit = !m.after().empty() && m.after()[0] >= '0' && m.after()[0] <= '9';
    if (digit && m[0].find('-') != std::string_view::npos) return std::nullopt;
    return "";
  });
}

}  // namespace

void read_markup(Normalized& text) {
  static const Pattern kLink("!?\\[([^\\]\\[\\n]{1,400})\\]\\(([^)\\n]{0,2000})\\)");
  text.text = kLink.replace(text.text, OverrideReader(text));
  const std::string before = text.text;
  text.text = without_emphasis(without_line_marks(without_html(std::move(text.text))));
  if (text.text != before) text.notes.emplace_back("marks of layout and emphasis were left out");
}

void apply_user_lexicon(Normalized& text, const UserLexicon& user_lexicon) {
  if (user_lexicon.empty()) return;
  static const Pattern kChunk("[^\\s\\x{F0000}-\\x{10FFFF}]+");
  static const std::string_view kOutside = ".,;:!?()[]{}\"'*_";
  text.text = kChunk.replace(text.text, [&](const Match& m) -> std::optional<std::string> {
    const std::string_view chunk = m[0];
    // The whole first ("Dr."), then without the marks around it, then without a possessive ending.
    std::size_t begin = 0;
    std::size_t end = chunk.size();
    const std::string* phonemes = user_lexicon.find(chunk);
    if (phonemes == nullptr) {
      begin = std::min(chunk.find_first_not_of(kOutside), chunk.size());
      end = chunk.find_last_not_of(kOutside) + 1;
      if (end <= begin) return std::nullopt;
      phonemes = user_lexicon.find(chunk.substr(begin, end - begin));
    }
    const std::string_view word = chunk.substr(begin, end - begin);
    bool possessive = false;
    if (phonemes == nullptr && word.size() > 2 && word.substr(word.size() - 2) == "'s") {
      phonemes = user_lexicon.find(word.substr(0, word.size() - 2));
      possessive = true;
    }
    if (phonemes == nullptr || text.overrides.size() >= kMaxOverrides) return std::nullopt;
    Override override;
    override.text = std::string(word);
    override.phones = code_points(*phonemes);
    if (possessive) override.phones = Lexicon::plural(std::move(*override.phones));
    text.overrides.push_back(std::move(override));
    return std::string(chunk.substr(0, begin)) + placeholder(text.overrides.size() - 1) +
           std::string(chunk.substr(end));
  });
}

}  // namespace decibit::text::en
