// SPDX-License-Identifier: Apache-2.0
#include "text/en/letter_to_sound.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace decibit::text {
namespace {

constexpr std::string_view kVowels[] = {"A", "I", "O", "W", "Y", "i", "u", "æ", "ɑ",
                                        "ɔ", "ə", "ɛ", "ɜ", "ɪ", "ʊ", "ʌ", "ᵊ", "ᵻ"};
constexpr std::string_view kConsonants[] = {"b", "d", "f", "h", "j", "k", "l", "m", "n",
                                            "p", "s", "t", "v", "w", "z", "ð", "ŋ", "ɡ",
                                            "ɹ", "ɾ", "ʃ", "ʒ", "ʤ", "ʧ", "θ", "ʔ"};
constexpr std::string_view kMarks[] = {"ˈ", "ˌ"};

template <std::size_t n>
bool take(std::string_view& text, const std::string_view (&symbols)[n]) {
  for (const std::string_view symbol : symbols) {
    if (text.starts_with(symbol)) {
      text.remove_prefix(symbol.size());
      return true;
    }
  }
  return false;
}

/// The laws of the lexicon: its symbols only, each mark before a vowel, one primary stress if there
/// is a vowel.
void expect_lawful(std::string_view word) {
  const std::string phonemes = letter_to_sound(word);
  SCOPED_TRACE(std::string(word) + " -> " + phonemes);
  std::string_view rest = phonemes;
  bool vowels = false;
  int primary = 0;
  while (!rest.empty()) {
    const bool marked = rest.starts_with(kMarks[0]) || rest.starts_with(kMarks[1]);
    if (marked) {
      primary += rest.starts_with(kMarks[0]) ? 1 : 0;
      take(rest, kMarks);
      ASSERT_TRUE(take(rest, kVowels)) << "a mark before no vowel";
      vowels = true;
    } else if (take(rest, kVowels)) {
      vowels = true;
    } else {
      ASSERT_TRUE(take(rest, kConsonants)) << "not in the lexicon's alphabet: " << rest;
    }
  }
  EXPECT_EQ(primary, vowels ? 1 : 0);
}

TEST(LetterToSound, RegularWords) {
  EXPECT_EQ(letter_to_sound("cat"), "kˈæt");
  EXPECT_EQ(letter_to_sound("voltage"), "vˈOltɪʤ");
  EXPECT_EQ(letter_to_sound("nation"), "nˈAʃən");
  EXPECT_EQ(letter_to_sound("photographer"), "fətˈɑɡɹəfəɹ");
  EXPECT_EQ(letter_to_sound("photographic"), "fˌOɾəɡɹˈæfɪk");
}

TEST(LetterToSound, WordsInNoLexicon) {
  EXPECT_EQ(letter_to_sound("snorfle"), "snˈɔɹfᵊl");
  EXPECT_EQ(letter_to_sound("cryptofication"), "kɹˌɪptOfəkˈAʃən");
  EXPECT_EQ(letter_to_sound("Snorfle"), letter_to_sound("SNORFLE"));
}

TEST(LetterToSound, CapitalisedWordsAreNames) {
  EXPECT_EQ(letter_to_sound("Marchetti"), "mˌɑɹkˈɛɾi");
  EXPECT_EQ(letter_to_sound("marchetti"), "mˌɑɹʧˈɛɾi");
}

// tools/train_letter_to_sound.py decodes by other means; costs are integers in both.
TEST(LetterToSound, SaysWhatTheTrainingScriptSays) {
  std::ifstream file(DECIBIT_SOURCE_DIR "/tests/golden/text/letter_to_sound.tsv");
  int lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    const std::size_t tab = line.find('\t');
    ASSERT_NE(tab, std::string::npos);
    EXPECT_EQ(letter_to_sound(line.substr(0, tab)), line.substr(tab + 1)) << line;
  }
  EXPECT_GT(lines, 400);
}

TEST(LetterToSound, PassesOverWhatIsNoLetter) {
  EXPECT_EQ(letter_to_sound(""), "");
  EXPECT_EQ(letter_to_sound("12 - \xff\xfe"), "");
  EXPECT_EQ(letter_to_sound("c-a.t\n"), letter_to_sound("cat"));
  EXPECT_EQ(letter_to_sound(std::string_view("c\0at", 4)), letter_to_sound("cat"));
}

TEST(LetterToSound, AbsurdWordsAreLawful) {
  for (const char* word : {"'", "''''", "zzzz", "a", "b", "xxxxxxxxxx", "aeiouaeiou", "'s", "QQQ",
                           "rhythm", "Llanfairpwllgwyngyll"}) {
    expect_lawful(word);
  }
  for (const std::size_t length : {63U, 64U, 65U, 128U, 200U, 5000U}) {
    expect_lawful(std::string(length, 'a'));
    expect_lawful(std::string(length, 'z'));
  }
}

TEST(LetterToSound, RandomWordsAreLawful) {
  std::mt19937 random(1);
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz'ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int i = 0; i < 500; ++i) {
    std::string word;
    for (std::size_t n = random() % 20; n-- > 0;) word += kLetters[random() % kLetters.size()];
    expect_lawful(word);
  }
}

TEST(LetterToSound, ThreadsAgree) {
  const std::vector<std::string> words = {"splendiferous", "Kowalczyk", "ungrokkable",
                                          "o'brienesque"};
  std::vector<std::vector<std::string>> answers(4);
  std::vector<std::thread> threads;
  for (auto& of_thread : answers) {
    threads.emplace_back([&] {
      for (const auto& word : words) of_thread.push_back(letter_to_sound(word));
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& of_thread : answers) EXPECT_EQ(of_thread, answers[0]);
}

}  // namespace
}  // namespace decibit::text
