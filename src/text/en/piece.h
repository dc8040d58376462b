// SPDX-License-Identifier: Apache-2.0
// The unit that is looked up: a word, a part of one (well|-|bred, A|380), or a punctuation mark.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "text/en/stress.h"
#include "text/en/tag.h"
#include "text/phones.h"

namespace decibit::text::en {

struct Piece {
  std::string text = {};  // UTF-8, apostrophes in ASCII
  Tag tag = Tag::kNone;
  bool space_after = false;
  bool is_head = true;                // false behind another piece of the same word
  std::optional<Phones> phones = {};  // given from the start for punctuation and by markup
  Stress stress = {};                 // asked for by markup
  std::string flags = {};             // of numbers, asked for by markup
  bool guessed = false;               // by letter-to-sound rules
  bool prespace = false;              // a space before it, though the text has none
};

/// What markup says about a stretch of text. With `phones` it replaces the stretch, which is then
/// `text`.
struct Override {
  std::string text = {};
  std::optional<Phones> phones = {};
  Stress stress = {};
  std::string flags = {};
};

// In text between the stages, override i of a text is one private-use character. With phones it
// stands alone, otherwise it opens a stretch that kOverrideEnd closes. Text from outside cannot
// contain these.
constexpr char32_t kFirstOverride = 0xF0000;
constexpr char32_t kOverrideEnd = 0x10FFFD;
constexpr std::size_t kMaxOverrides = 0xFFFD;

}  // namespace decibit::text::en
