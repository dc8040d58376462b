// SPDX-License-Identifier: Apache-2.0
// The marks at which text, and the phonemes that stand for it, may be cut: of Latin scripts and of
// Chinese and Japanese.
#pragma once

#include <string_view>

namespace decibit {

inline constexpr std::u32string_view kSentenceEnds = U".!?…。！？";
inline constexpr std::u32string_view kClauseMarks = U",;:—、，；：";
/// What may stand between such a mark and the cut.
inline constexpr std::u32string_view kClosingMarks = U"\"'”’)]»」』";

}  // namespace decibit
