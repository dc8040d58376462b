// SPDX-License-Identifier: Apache-2.0
#include "text/script.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "text/passage_cut.h"
#include "text/unicode.h"
#include "text/valid_utf8.h"

namespace decibit::text {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLongestMarker = 40;  // code points
constexpr std::u32string_view kMarkerStart = U"[pause";
constexpr char32_t kParagraphSeparator = 0x2029;
constexpr char32_t kByteOrderMark = 0xFEFF;
// What has a meaning only at the beginning of a line (text/en/line_ends.cc, markup.cc), as numbers
// may.
constexpr std::u32string_view kLineMarks = U"#>*•‣◦-+=_—`";

bool is_line_end(char32_t c) {
  return c == U'\n' || c == U'\r' || c == U'\f' || c == U'\v' || c == 0x85 || c == 0x2028;
}

/// The length in `marker`, "[pause 1.5s]"; none if it is no such marker.
std::optional<double> marker_ms(std::string_view marker) {
  std::string_view rest =
      marker.substr(kMarkerStart.size(), marker.size() - kMarkerStart.size() - 1);
  const std::size_t number = rest.find_first_not_of(' ');
  if (number == 0 || number == rest.npos) return std::nullopt;
  rest.remove_prefix(number);
  double value = 0;
  const auto [end, error] =
      std::from_chars(rest.data(), rest.data() + rest.size(), value, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (rest == "ms") return value;
  if (rest == "s") return value * 1000;
  return std::nullopt;
}

}  // namespace

void Script::add(std::string_view bytes) {
  undecoded_ += bytes;
  decode(false);
}

void Script::end() {
  decode(true);
  emit(text_, true);
  text_.clear();
  after_paragraph_ = false;  // a paragraph that does not come has no silence before it
  if (after_marker_ || replaced_ > 0 || !notes_.empty()) ready_.push_back(before_next());
}

bool Script::take(Passage& passage) {
  if (ready_.empty()) return false;
  passage = std::move(ready_.front());
  ready_.pop_front();
  return true;
}

void Script::decode(bool all) {
  std::size_t at = 0;
  while (at < undecoded_.size()) {
    const Utf8Part part = first_utf8_part(std::string_view(undecoded_).substr(at));
    if (!all && part.may_go_on) break;
    std::size_t next = at;
    const char32_t c = part.whole ? next_code_point(undecoded_, next) : kReplacement;
    at += part.length;
    bytes_read_ += part.length;
    if (!part.whole) ++replaced_;
    if (!(first_ && c == kByteOrderMark)) put(c);
    first_ = false;
  }
  undecoded_.erase(0, at);
}

void Script::put(char32_t c) {
  const bool second_half = after_cr_ && c == U'\n';
  after_cr_ = c == U'\r';
  if (second_half) return;
  if (c == kParagraphSeparator) {
    put_line_end();
    put_line_end();
  } else if (is_line_end(c)) {
    put_line_end();
  } else if (is_space(c)) {
    space_ = true;
  } else {
    put_visible(c);
  }
}

void Script::put_line_end() {
  line_starts_ = true;
  ++line_ends_;
  if (line_ends_ == 2) end_paragraph();
}

void Script::put_visible(char32_t c) {
  if (!text_.empty()) {
    if (line_ends_ > 0) {
      text_ += keeps_line_end(c) ? U'\n' : U' ';
    } else if (space_) {
      text_ += U' ';
    }
  }
  if (line_starts_) line_mark_ = c;
  line_starts_ = space_ = false;
  line_ends_ = 0;
  text_ += c;
  if (c == U']') read_marker();
  // Whatever began before kLongest is then known to be a marker or none.
  if (text_.size() >= kLongest + kLongestMarker + 2) cut();
}

bool Script::keeps_line_end(char32_t next) const {
  return is_in(kLineMarks, next) || is_digit(next) || is_in(U"#`=", line_mark_);
}

void Script::read_marker() {
  const std::size_t open = text_.rfind(U'[');
  if (open == text_.npos || text_.size() - open > kLongestMarker) return;
  const std::string marker = ascii_lower(encode_utf8(std::u32string_view(text_).substr(open)));
  if (marker.rfind(encode_utf8(kMarkerStart), 0) != 0) return;
  if (const char next = marker[kMarkerStart.size()]; next != ' ' && next != ']') return;
  const std::optional<double> ms = marker_ms(marker);
  if (!ms) {
    notes_.add(marker + " is read as text; a pause is [pause 500ms] or [pause 1.5s]");
    return;
  }
  const auto longest = static_cast<double>(kLongestPause.count());
  if (*ms > longest) notes_.add(marker + " is longer than a pause may be; 60 s are left");
  text_.resize(open);
  if (!text_.empty() && is_space(text_.back())) text_.pop_back();
  emit(text_, true);
  text_.clear();
  after_marker_ = true;
  pause_ += milliseconds(std::llround(std::min(*ms, longest)));
}

void Script::end_paragraph() {
  const bool has_end = !text_.empty();
  emit(text_, true);
  text_.clear();
  line_mark_ = 0;
  if (!paragraph_has_text_) return;
  if (!has_end) {
    Passage& end = ready_.emplace_back();
    end.paragraph = paragraph_;
    end.bytes_read = bytes_read_;
  }
  ready_.back().ends_paragraph = true;
  paragraph_has_text_ = false;
  after_paragraph_ = true;
  ++paragraph_;
}

void Script::emit(std::u32string_view text, bool ends) {
  if (text.empty()) return;
  Passage passage = before_next();
  passage.text = encode_utf8(text);
  passage.ends = ends;
  ready_.push_back(std::move(passage));
  paragraph_has_text_ = any_text_ = true;
}

Passage Script::before_next() {
  Passage passage;
  passage.paragraph = paragraph_;
  if (after_marker_) {
    passage.pause = pause_;
  } else if (after_paragraph_ && any_text_) {
    passage.pause = gap_;
  }
  after_marker_ = after_paragraph_ = false;
  pause_ = milliseconds(0);
  passage.bytes_read = bytes_read_;
  if (replaced_ > 0)
    notes_.add("not UTF-8, replaced by U+FFFD, which is not spoken: " + std::to_string(replaced_));
  replaced_ = 0;
  passage.notes = notes_.take();
  return passage;
}

void Script::cut() {
  const std::size_t at = passage_cut(std::u32string_view(text_).substr(0, kLongest + 1));
  emit(std::u32string_view(text_).substr(0, at), false);
  const bool space = text_[at] == U' ' || text_[at] == U'\n';
  ready_.back().space_after = space;
  text_.erase(0, at + (space ? 1 : 0));
}

}  // namespace decibit::text
