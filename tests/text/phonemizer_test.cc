// SPDX-License-Identifier: Apache-2.0
// The phonemizer against what users reported, and the laws that hold for any bytes.
#include "text/en/phonemizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <thread>
#include <vector>

#include "text/phones.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string phonemes(std::string_view text) {
  static const Phonemizer phonemizer;
  return phonemizer.phonemize(text).phonemes;
}

UserLexicon lexicon(std::string_view text) {
  auto parsed = UserLexicon::parse(text);
  EXPECT_TRUE(parsed) << to_string(parsed.error());
  return *parsed;
}

TEST(PhonemizerTest, ContractionsKeepTheirNegationWhateverTheApostrophe) {
  for (const char* text : {"No, it wasn't.", "No, it wasn’t.", "No, it wasnʼt."}) {
    EXPECT_EQ(phonemes(text), "nˈO, ɪt wˈʌzᵊnt.") << text;
  }
  EXPECT_EQ(phonemes("‘I’m sure it doesn’t,’ she said."), "“ˌIm ʃˈʊɹ ɪt dˈʌzᵊnt,” ʃi sˈɛd.");
}

TEST(PhonemizerTest, EmphasisIsNotSpokenAndIsReported) {
  EXPECT_EQ(phonemes("You *shouldn't* panic."), phonemes("You shouldn't panic."));
  EXPECT_EQ(phonemes("**Bold** and _under_ and ~~gone~~."), phonemes("Bold and under and gone."));
  EXPECT_EQ(phonemes("# Heading"), phonemes("Heading"));
  EXPECT_THAT(Phonemizer().phonemize("# Heading").notes, Contains(HasSubstr("emphasis")));
}

TEST(PhonemizerTest, UnknownWordsAreGuessedAndMarked) {
  const Phonemizer phonemizer([](std::string_view) { return std::string("zˈu"); });
  for (const char* text :
       {"This is erbgibijagr.", "My name is pio.", "The gryzzk sings.", "xkcd"}) {
    const Phonemes result = phonemizer.phonemize(text);
    int guessed = 0;
    for (const Token& token : result.tokens) {
      guessed += token.guessed;
      EXPECT_FALSE(token.phonemes.empty()) << text << ": " << token.text;
    }
    EXPECT_EQ(guessed, 1) << text;
  }
}

TEST(PhonemizerTest, WithoutLetterToSoundUnknownWordsAreSpelled) {
  EXPECT_EQ(phonemes("xkcd"), "ˌɛkskˌAsˌidˈi");
}

TEST(PhonemizerTest, GuessesStayInTheVocabulary) {
  const Phonemizer phonemizer([](std::string_view) { return std::string("bˈʌʔn\xCC\xA9\xFFq🎵"); });
  const Phonemes result = phonemizer.phonemize("erbgibijagr");
  EXPECT_EQ(result.phonemes, "bˈʌtᵊnq");
}

TEST(PhonemizerTest, UserLexiconWinsOverAll) {
  const Phonemizer phonemizer(
      {},
      lexicon("# mine\nKokoro\tkˈOkəɹO\nthe\tðˈi\ten-us\ncolour\tx\ten-gb\nDr.\tdˈɑk\n5\tfˈaf\n"));
  EXPECT_EQ(phonemizer.phonemize("Kokoro").phonemes, "kˈOkəɹO");
  EXPECT_EQ(phonemizer.phonemize("The Kokoro's 5, Dr. Lee").phonemes,
            "ðˈi kˈOkəɹOz fˈaf, dˈɑk lˈi");
  EXPECT_EQ(phonemizer.phonemize("colour").phonemes, phonemes("colour"));
}

TEST(PhonemizerTest, UserLexiconNamesTheBadLine) {
  const auto missing = UserLexicon::parse("a\tb\nword\n");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("line 2"));
  const auto symbol = UserLexicon::parse("word\tw🎵");
  ASSERT_FALSE(symbol);
  EXPECT_THAT(symbol.error().message, HasSubstr("U+1F3B5"));
}

TEST(PhonemizerTest, MarkupOverrides) {
  EXPECT_EQ(phonemes("[Kokoro](/kˈOkəɹO/) is here."), "kˈOkəɹO ɪz hˈɪɹ.");
  EXPECT_EQ(phonemes("[or](+2)"), "ˈɔɹ");
  EXPECT_EQ(phonemes("[good](-1)"), "ɡˌʊd");
  EXPECT_EQ(phonemes("[good](-2)"), "ɡʊd");
  EXPECT_EQ(phonemes("[105](#&#)"), "wˈʌn hˈʌndɹəd ænd fˈIv");
  EXPECT_EQ(phonemes("[the site](https://example.com/a)"), phonemes("the site"));
}

// Who makes a list or a heading puts no periods; who wraps prose may begin a line with any number.
TEST(PhonemizerTest, HeadingsAndItemsEndLikeSentences) {
  EXPECT_EQ(phonemes("To buy\n- milk\n* eggs!\n- tea"), phonemes("To buy. milk. eggs! tea"));
  EXPECT_EQ(phonemes("To do:\n1. Open it\n2) Close it"),
            phonemes("To do: 1. Open it. 2) Close it"));
  EXPECT_EQ(phonemes("# The title\nThe text"), phonemes("The title. The text"));
  EXPECT_EQ(phonemes("The title\n=====\nThe text"), phonemes("The title. The text"));
  EXPECT_EQ(phonemes("- **milk**\n- \"tea.\"\n- eggs"), phonemes("milk. \"tea.\" eggs"));
  EXPECT_EQ(phonemes("It was in\n1984. He\nleft at\n5. She stayed"),
            phonemes("It was in 1984. He left at 5. She stayed"));
}

TEST(PhonemizerTest, SymbolsWithoutAReadingAreReported) {
  const Phonemes result = Phonemizer().phonemize("hello 今日 😀");
  EXPECT_EQ(result.phonemes, "həlˈO");
  EXPECT_THAT(result.notes, Contains(HasSubstr("😀")));
  EXPECT_THAT(result.notes, Contains(HasSubstr("今")));
}

// It parts no word: most often it stands for an accented letter of another encoding.
TEST(PhonemizerTest, AReplacementCharacterAndWhatIsNoUtf8AreRemovedAndReported) {
  for (const char* text : {"hel\uFFFDlo", "hel\xFFlo\xC3"}) {
    const Phonemes result = Phonemizer().phonemize(text);
    EXPECT_EQ(result.phonemes, "həlˈO");
    EXPECT_THAT(result.notes, ::testing::ElementsAre("removed U+FFFD"));
  }
}

TEST(PhonemizerTest, NothingToSay) {
  for (const char* text : {"", " ", "\n\n", "😀", "​"})
    EXPECT_THAT(phonemes(text), IsEmpty()) << text;
}

TEST(PhonemizerTest, TokensAddUpToTheWhole) {
  const Phonemes result =
      Phonemizer().phonemize("It's $5, at 1:49 PM: the A380, (really) well-bred.");
  std::string whole;
  for (const Token& token : result.tokens) whole += token.phonemes + (token.space_after ? " " : "");
  EXPECT_EQ(whole, result.phonemes);
}

// What the model has no token for, it would drop without a word.
void expect_vocabulary(const std::string& text) {
  for (char32_t symbol : code_points(phonemes(text))) {
    ASSERT_TRUE(in_vocabulary(symbol))
        << std::hex << static_cast<unsigned>(symbol) << " of " << text;
  }
}

TEST(PhonemizerTest, OnlySymbolsOfTheVocabulary) {
  std::mt19937 random(7);
  static constexpr std::string_view kParts[] = {"the", "A",   "5", "'",   "’",  "\"",
                                                ".",   ",",   "-", "—",   " ",  " ",
                                                "$",   "%",   "[", "](",  "/",  ")",
                                                "#",   "*",   "_", "é",   "😀",  "\xFF",
                                                "\n",  "1/2", ":", "St.", "IV", "@",
                                                "x",   "=",   "°", "ing", "Ñ",  "ß",
                                                "ﬁ",   "①",   "´", "&",   "+",  "\xF3\xB0\x80\x80"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned i = 0; i < 1 + random() % 12; ++i) text += kParts[random() % std::size(kParts)];
    expect_vocabulary(text);
  }
}

TEST(PhonemizerTest, LongTextWithoutASpaceIsSpoken) {
  for (const char* part : {"a", "1", "-", "a-", "A", "'", ".", "a.", "1,", "1/", "*a", "[", "x@",
                           "é", "今", "$1-", "aA", "((", "_a_"}) {
    std::string text;
    while (text.size() < 100'000) text += part;
    expect_vocabulary(text);
  }
}

TEST(PhonemizerTest, ManyThreadsSayTheSame) {
  const Phonemizer phonemizer;
  const std::string text = "On 6/13/24 Dr. Lee read 3,497 boxes; I'm used to it.";
  const std::string expected = phonemizer.phonemize(text).phonemes;
  std::vector<std::string> said(8);
  std::vector<std::thread> threads;
  threads.reserve(said.size());
  for (std::string& mine : said) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) mine = phonemizer.phonemize(text).phonemes;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& mine : said) EXPECT_EQ(mine, expected);
}

}  // namespace
}  // namespace decibit::text::en
