// SPDX-License-Identifier: Apache-2.0
// How an English word that is in no lexicon sounds: a joint n-gram model of letters and phonemes,
// trained on misaki's American lexicon by tools/train_letter_to_sound.py and embedded in the
// program.
#pragma once

#include <string>
#include <string_view>

namespace decibit::text {

/// The word in misaki's American alphabet ("voltage" -> "vˈOltɪʤ"): symbols of its lexicon only,
/// one primary stress where there is a vowel, marks right before their vowels. Of ASCII letters and
/// apostrophes; other bytes are passed over, and what has no letters gives "". A capital at the
/// beginning makes it a name: 8 % fewer phoneme errors on names, but 9.0 % instead of 5.3 % on
/// other words, so give the first word of a sentence in small letters unless it is known to be one.
/// Below a millisecond; any number of threads.
std::string letter_to_sound(std::string_view word);

}  // namespace decibit::text
