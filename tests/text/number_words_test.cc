// SPDX-License-Identifier: Apache-2.0
#include "text/en/number_words.h"

#include <gtest/gtest.h>

#include "text/en/subtokens.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

TEST(NumberWordsTest, Cardinals) {
  EXPECT_EQ(joined(cardinal_words("0")), "zero");
  EXPECT_EQ(joined(cardinal_words("0042")), "forty two");
  EXPECT_EQ(joined(cardinal_words("105")), "one hundred and five");
  EXPECT_EQ(joined(cardinal_words("1001")), "one thousand and one");
  EXPECT_EQ(joined(cardinal_words("1234567")),
            "one million two hundred and thirty four thousand five hundred and sixty seven");
  EXPECT_EQ(joined(cardinal_words("1000000000")), "one billion");
  EXPECT_EQ(cardinal_words(std::string(40, '1')).size(), 40u);
}

TEST(NumberWordsTest, Ordinals) {
  EXPECT_EQ(joined(ordinal_words("1")), "first");
  EXPECT_EQ(joined(ordinal_words("12")), "twelfth");
  EXPECT_EQ(joined(ordinal_words("20")), "twentieth");
  EXPECT_EQ(joined(ordinal_words("101")), "one hundred and first");
  EXPECT_EQ(joined(ordinal_words("1000")), "one thousandth");
}

TEST(NumberWordsTest, Years) {
  EXPECT_EQ(joined(year_words("1984")), "nineteen eighty four");
  EXPECT_EQ(joined(year_words("1905")), "nineteen oh five");
  EXPECT_EQ(joined(year_words("1900")), "nineteen hundred");
  EXPECT_EQ(joined(year_words("2001")), "two thousand and one");
  EXPECT_EQ(joined(year_words("2024")), "twenty twenty four");
}

TEST(SubtokensTest, CutWhereTheKindChanges) {
  const auto cut = [](std::u32string_view run) {
    std::string text;
    for (const auto& part : subtokens(run)) text += (text.empty() ? "" : "|") + encode_utf8(part);
    return text;
  };
  EXPECT_EQ(cut(U"iPhone-15"), "i|Phone|-|15");
  EXPECT_EQ(cut(U"HTMLParser"), "HTML|Parser");
  EXPECT_EQ(cut(U"don't"), "don't");
  EXPECT_EQ(cut(U"-3.14"), "-3.14");
  EXPECT_EQ(cut(U"A380"), "A|380");
  EXPECT_EQ(cut(U"boys'"), "boys|'");
  EXPECT_EQ(cut(U"50%"), "50|%");
}

}  // namespace
}  // namespace decibit::text::en
