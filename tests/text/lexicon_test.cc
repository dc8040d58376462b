// SPDX-License-Identifier: Apache-2.0
// The tables that the build makes hold every word of the files they are made of, and no other.
#include "text/en/lexicon.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "text/en/lexicon_table.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

void expect_whole(const LexiconTable& table, const std::string& name) {
  std::ifstream in(std::string(DECIBIT_SOURCE_DIR) + "/data/lexicon/" + name);
  std::string word;
  std::size_t count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    const std::size_t tab = line.find('\t');
    const std::size_t end = std::min(line.find('\t', tab + 1), line.size());
    const char digit = line[0];
    word.resize(static_cast<std::size_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10));
    word += line.substr(1, tab - 1);
    const auto found = table.find(word);
    ASSERT_TRUE(found) << word;
    ASSERT_EQ(encode_utf8(found->plain), line.substr(tab + 1, end - tab - 1)) << word;
    ASSERT_FALSE(table.contains(word + "~")) << word;
    ASSERT_FALSE(table.contains(word + "\x01")) << word;
  }
  EXPECT_GT(count, 90'000u);
}

TEST(LexiconTableTest, HoldsTheWholeGoldList) { expect_whole(us_gold(), "us_gold.tsv"); }
TEST(LexiconTableTest, HoldsTheWholeSilverList) { expect_whole(us_silver(), "us_silver.tsv"); }

TEST(LexiconTableTest, ReadingsByPartOfSpeech) {
  const auto use = us_gold().find("use");
  ASSERT_TRUE(use);
  EXPECT_EQ(use->plain, U"jˈuz");
  ASSERT_NE(use->find(ReadingTag::kNoun), nullptr);
  EXPECT_EQ(use->find(ReadingTag::kNoun)->phones, U"jˈus");
  EXPECT_EQ(use->find(ReadingTag::kVerb), nullptr);
  ASSERT_NE(us_gold().find("AM")->find(ReadingTag::kNoun), nullptr);
  EXPECT_TRUE(us_gold().find("AM")->find(ReadingTag::kNoun)->spelled);
}

TEST(LexiconTableTest, StrangersAreNotThere) {
  for (const char* word : {"", "\xFF", "zzzzzz", "'", "~"})
    EXPECT_FALSE(us_gold().contains(word)) << word;
}

TEST(LexiconTest, Endings) {
  EXPECT_EQ(Lexicon::plural(U"kˈæt"), U"kˈæts");
  EXPECT_EQ(Lexicon::plural(U"dˈɔɡ"), U"dˈɔɡz");
  EXPECT_EQ(Lexicon::plural(U"bˈʌs"), U"bˈʌsᵻz");
  EXPECT_EQ(Lexicon::past(U"wˈɔk"), U"wˈɔkt");
  EXPECT_EQ(Lexicon::past(U"nˈid"), U"nˈidᵻd");
  EXPECT_EQ(Lexicon::past(U"wˈAt"), U"wˈAɾᵻd");
  EXPECT_EQ(Lexicon::past(U"ækt"), U"æktᵻd");
  EXPECT_EQ(Lexicon::progressive(U"wˈAt"), U"wˈAɾɪŋ");
}

TEST(StressTest, Levels) {
  EXPECT_EQ(with_stress(U"ɔɹ", kCapitalised), U"ˌɔɹ");
  EXPECT_EQ(with_stress(U"ɔɹ", kAllCapitals), U"ˈɔɹ");
  EXPECT_EQ(with_stress(U"ˌɔɹ", 2), U"ˈɔɹ");
  EXPECT_EQ(with_stress(U"fˈIndˌIn", kDemoted), U"fˌIndIn");
  EXPECT_EQ(with_stress(U"fˈIndˌIn", kStripped), U"fIndIn");
  EXPECT_EQ(with_stress(U"hm", kAllCapitals), U"hm");
  EXPECT_EQ(with_stress(U"fˈIn", std::nullopt), U"fˈIn");
}

}  // namespace
}  // namespace decibit::text::en
