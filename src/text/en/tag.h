// SPDX-License-Identifier: Apache-2.0
// Parts of speech, by the names of the Penn Treebank, as far as a pronunciation depends on them.
#pragma once

namespace decibit::text::en {

enum class Tag {
  kNone,  // asked for without context
  // clang-format off
  kCC, kCD, kDT, kIN, kJJ, kMD, kNN, kNNS, kNNP, kPRP, kRB, kRP, kTO, kUH,
  kVB, kVBD, kVBG, kVBN, kVBP, kVBZ, kWDT,
  // clang-format on
  kPunctuation,
};

constexpr bool is_noun(Tag tag) { return tag == Tag::kNN || tag == Tag::kNNS || tag == Tag::kNNP; }
constexpr bool is_verb(Tag tag) { return tag >= Tag::kVB && tag <= Tag::kVBZ; }

}  // namespace decibit::text::en
