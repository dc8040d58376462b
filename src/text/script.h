// SPDX-License-Identifier: Apache-2.0
// A text of any length as it arrives, cut into passages that are read one by one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "text/note_list.h"

namespace decibit::text {

/// What is read at once: a paragraph, what lies between two pauses of one, or, where that is longer
/// than Script::kLongest, a part of it.
struct Passage {
  /// UTF-8. Empty where the script ends in a pause or in notes, and where a paragraph ends in a
  /// pause: that pause comes before what follows.
  std::string text;
  std::size_t paragraph = 0;           // its number, from 0
  std::chrono::milliseconds pause{0};  // silence before it
  bool ends = true;                    // false: cut for its length alone, and speech goes on
  bool space_after = false;            // with ends == false: the cut took the place of a space
  bool ends_paragraph = false;         // known once a blank line came; the script's end is another
  std::uint64_t bytes_read = 0;        // of the script, up to here
  std::vector<std::string> notes;      // what was left out or not understood, for people
};

/// Bytes in, in pieces of any size; passages out, the same for every way of cutting the bytes.
///
/// - Blank lines (and U+2029) end a paragraph, which is `gap` of silence. One line end inside of it
///   is a space, but stays a line end beside headings, list items and the like, whose marks count
///   only where a line begins. Lines end in LF, CR LF, CR, FF, VT, U+0085 or U+2028.
/// - `[pause 500ms]` and `[pause 1.5s]` are silence. It takes the place of a paragraph's own,
///   several add up, and none is longer than kLongestPause. With another unit or none it is text,
///   and a note says so.
/// - Longer passages are cut at the last end of a sentence, else clause mark, else space, else
///   between any two characters.
/// - What is not UTF-8 becomes U+FFFD, as in valid_utf8.h, and is counted in a note.
class Script {
 public:
  static constexpr std::size_t kLongest = 4096;  // code points of a passage
  static constexpr std::chrono::milliseconds kLongestPause{60'000};

  explicit Script(std::chrono::milliseconds gap) : gap_(gap) {}

  void add(std::string_view bytes);
  /// No more bytes follow.
  void end();
  /// The next passage; false until more bytes have come, or after the last.
  bool take(Passage& passage);

 private:
  void decode(bool all);
  void put(char32_t c);
  void put_line_end();
  void put_visible(char32_t c);
  bool keeps_line_end(char32_t next) const;
  void read_marker();
  void end_paragraph();
  void emit(std::u32string_view text, bool ends);
  Passage before_next();
  void cut();

  std::chrono::milliseconds gap_;
  std::string undecoded_;
  std::uint64_t bytes_read_ = 0;
  bool first_ = true;  // nothing but a byte order mark came so far
  bool after_cr_ = false;
  // The passage at hand, and white space that has not become part of it yet.
  std::u32string text_;
  std::size_t line_ends_ = 0;
  bool space_ = false;
  bool line_starts_ = true;
  char32_t line_mark_ = 0;  // the first character of the line
  // What stands before the next passage.
  std::size_t paragraph_ = 0;
  bool paragraph_has_text_ = false;
  bool any_text_ = false;
  bool after_paragraph_ = false;
  bool after_marker_ = false;
  std::chrono::milliseconds pause_{0};
  std::size_t replaced_ = 0;  // since the last passage
  NoteList notes_;
  std::deque<Passage> ready_;
};

}  // namespace decibit::text
