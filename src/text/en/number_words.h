// SPDX-License-Identifier: Apache-2.0
// Numbers in English words, as num2words says them. Digits come as text, so that there is no
// largest number: past 10^36 they are said one by one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace decibit::text::en {

/// 1234: one thousand two hundred and thirty four. The "and" are there for a caller who wants them.
[[nodiscard]] std::vector<std::string> cardinal_words(std::string_view digits);
/// 1234: ... and thirty fourth.
[[nodiscard]] std::vector<std::string> ordinal_words(std::string_view digits);
/// 1905: nineteen oh five; 2000 and 2001 to 2009 as cardinals. Four digits.
[[nodiscard]] std::vector<std::string> year_words(std::string_view digits);
/// "3": three.
[[nodiscard]] std::string digit_word(char digit);

}  // namespace decibit::text::en
