// SPDX-License-Identifier: Apache-2.0
// Which characters text consists of, before anything is read: see clean_characters in normalizer.h.
#include <algorithm>
#include <cstdio>

#include "text/en/normalizer.h"
#include "text/pattern.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

bool is_one_of_these(char32_t c, std::u32string_view set) {
  return set.find(c) != std::u32string_view::npos;
}

// What keyboards and word processors put where an apostrophe is meant.
constexpr std::u32string_view kApostrophes = U"'‘’‛ʼʹʻʽ`´＇′՚ꞌ";
constexpr std::u32string_view kSpaceless = U"\u200B\u200C\u200D\u2060\uFEFF\u00AD\u034F\u180E";

// One character by itself, 0 if it goes.
char32_t plain(char32_t c) {
  if (c == U'\n' || c == U'\r' || c == 0x85 || c == 0x2028 || c == 0x2029) return U'\n';
  if (is_space(c)) return U' ';
  if (c >= kFirstOverride || c == kReplacement || is_control_or_format(c)) return 0;
  if (c >= 0xFE00 && c <= 0xFE0F) return 0;                  // variation selectors
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFF01 + U'!';  // full-width ASCII
  if (c >= 0x2010 && c <= 0x2011) return U'-';
  if (c == U'−' || c == U'﹣') return U'-';
  if (c == U'‟' || c == U'〝') return U'“';
  if (c == U'〞') return U'”';
  if (c == U'。') return U'.';
  if (c == U'、') return U',';
  if (c == U'µ') return U'μ';
  return c;
}

char32_t apostrophe(char32_t c, bool letter_before, bool letter_behind) {
  if (letter_before && letter_behind) return U'\'';
  switch (c) {
    case U'‛':
    case U'ʻ':
      return U'‘';
    case U'ʼ':
    case U'ʽ':
    case U'ʹ':
    case U'՚':
    case U'ꞌ':
      return U'’';
    case U'＇':
    case U'´':
      return U'\'';
    default:
      return c;
  }
}

std::string code_of(char32_t c) {
  char hex[16];
  (void)std::snprintf(hex, sizeof hex, "U+%04X", static_cast<unsigned>(c));
  return hex;
}

}  // namespace

std::string clean_characters(std::string_view utf8, std::vector<std::string>& notes) {
  const std::u32string points = code_points(utf8);
  std::u32string cleaned;
  std::u32string removed;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const char32_t c = points[i];
    if (is_one_of_these(c, kApostrophes)) {
      const bool before = !cleaned.empty() && is_letter(cleaned.back());
      const bool behind = i + 1 < points.size() && is_letter(points[i + 1]);
      cleaned += apostrophe(c, before, behind);
      continue;
    }
    const char32_t p = plain(c);
    if (p != 0) {
      cleaned += p;
    } else if (!is_one_of_these(c, kSpaceless) && !is_one_of_these(c, removed) &&
               removed.size() < 20) {
      removed += c;
    }
  }
  for (char32_t c : removed) notes.push_back("removed " + code_of(c));
  static const Pattern kDoubleDash("(?<!-)-{2,3}(?!-)");
  static const Pattern kLongDash("-{4,}");
  static const Pattern kSpacedDots("(?<=\\.) \\.(?= \\.|$)");
  std::string text = encode_utf8(cleaned);
  text = kDoubleDash.replace(text, "—");
  text = kLongDash.replace(text, " — ");
  return kSpacedDots.replace(text, ".");
}

}  // namespace decibit::text::en
