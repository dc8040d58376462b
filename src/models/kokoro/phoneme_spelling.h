// SPDX-License-Identifier: Apache-2.0
// Other ways to write the sounds of a vocabulary: what keyboards and other phonetic alphabets have.
#pragma once

#include <string>
#include <string_view>

#include "core/function_ref.h"

namespace decibit::kokoro {

/// `phonemes` with symbols for which `known` is false in the spelling that the model was taught:
/// ASCII g and apostrophe, syllabic consonants (n with U+0329: a faint schwa and n), affricates
/// under a tie (t, U+0361, esh), nasal vowels and c with cedilla in their other Unicode form,
/// letters that misaki writes as two; and a colon between letters, which is a length mark. What has
/// no such spelling stays.
std::u32string known_spelling(std::u32string_view phonemes, FunctionRef<bool(char32_t)> known);

}  // namespace decibit::kokoro
