// SPDX-License-Identifier: Apache-2.0
// How a text that arrives in pieces becomes passages and pauses.
#include "text/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/utf8.h"

namespace decibit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using text::Passage;
using text::Script;

constexpr std::chrono::milliseconds kGap{500};

std::vector<Passage> passages(std::string_view bytes, std::size_t piece = std::string::npos) {
  Script script(kGap);
  std::vector<Passage> all;
  Passage passage;
  while (!bytes.empty()) {
    script.add(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (script.take(passage)) all.push_back(passage);
  }
  script.end();
  while (script.take(passage)) all.push_back(passage);
  return all;
}

/// "paragraph|pause|text" of each passage.
std::vector<std::string> told(std::string_view bytes) {
  std::vector<std::string> lines;
  for (const Passage& p : passages(bytes))
    lines.push_back(std::to_string(p.paragraph) + "|" + std::to_string(p.pause.count()) + "|" +
                    p.text);
  return lines;
}

std::vector<std::string> notes(std::string_view bytes) {
  std::vector<std::string> all;
  for (const Passage& p : passages(bytes)) all.insert(all.end(), p.notes.begin(), p.notes.end());
  return all;
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// What another program could not read and said so is UTF-8 itself.
TEST(Script, TellsAReplacementCharacterFromBytesThatAreNoText) {
  EXPECT_THAT(told("a\uFFFDb"), ElementsAre("0|0|a\uFFFDb"));
  EXPECT_THAT(notes("a\uFFFDb"), IsEmpty());
  EXPECT_THAT(notes("a\uFFFD\xFF\xEF\xBF"),
              ElementsAre("not UTF-8, replaced by U+FFFD, which is not spoken: 2"));
}

TEST(Script, EndsParagraphsAtBlankLines) {
  EXPECT_THAT(told(""), IsEmpty());
  EXPECT_THAT(told(" \n\n \t\n"), IsEmpty());
  EXPECT_THAT(told("\n\nOne\ntwo.\n \n\n\nThree.\n\n"),
              ElementsAre("0|0|One two.", "1|500|Three."));
  EXPECT_THAT(told("One\u2029two\u2028three"), ElementsAre("0|0|One", "1|500|two three"));
}

TEST(Script, KnowsEveryLineEnd) {
  for (const char* end : {"\n", "\r\n", "\r", "\f", "\v", "\u0085", "\u2028"}) {
    const std::string e = end;
    EXPECT_THAT(told("\uFEFFa" + e + "b" + e + e + "c" + e), ElementsAre("0|0|a b", "1|500|c"))
        << testing::PrintToString(e);
  }
}

// A paragraph is whole when its blank line came, whatever follows or does not.
TEST(Script, TellsTheEndsOfParagraphs) {
  const auto ends = [](std::string_view bytes) {
    std::vector<bool> all;
    Script script(kGap);
    script.add(bytes);  // and no end()
    Passage passage;
    while (script.take(passage)) all.push_back(passage.ends_paragraph);
    return all;
  };
  EXPECT_THAT(ends("One.\n"), IsEmpty());
  EXPECT_THAT(ends("One.\n\n"), ElementsAre(true));
  EXPECT_THAT(ends("One. [pause 1s] two.\n\n\n\n[pause 1s]"), ElementsAre(false, true));
  EXPECT_THAT(ends("One. [pause 1s]\n\n"), ElementsAre(false, true));
  EXPECT_THAT(ends(repeated("word ", 1000) + "\n\n"), ElementsAre(false, true));
}

// "- " and "# " mean something only where a line begins.
TEST(Script, KeepsLineEndsBesideMarksOfLines) {
  EXPECT_THAT(told("# Head\nbody\nmore"), ElementsAre("0|0|# Head\nbody more"));
  EXPECT_THAT(told("To do:\n- one\n  and\n- two"), ElementsAre("0|0|To do:\n- one and\n- two"));
}

TEST(Script, ReadsPauses) {
  EXPECT_THAT(told("a [pause 500ms] b"), ElementsAre("0|0|a", "0|500|b"));
  EXPECT_THAT(told("[pause 1.5s]a[Pause  2 s]"), ElementsAre("0|1500|a", "0|2000|"));
  EXPECT_THAT(told("a[pause 1s][pause 250ms]b"), ElementsAre("0|0|a", "0|1250|b"));
  EXPECT_THAT(told("a[pause 1s]\n\nb[pause 2s]\n\n"),
              ElementsAre("0|0|a", "0|0|", "1|1000|b", "1|0|", "2|2000|"));
  // It takes the place of the paragraph's own silence, even if it is none.
  EXPECT_THAT(told("a\n\n[pause 2s]\n\nb\n\n[pause 0s] c"),
              ElementsAre("0|0|a", "1|2000|b", "2|0|c"));
}

TEST(Script, SaysWhatIsNoPause) {
  EXPECT_THAT(told("a [pause 61s] b"), ElementsAre("0|0|a", "0|60000|b"));
  EXPECT_THAT(notes("a [pause 61s] b"), ElementsAre(HasSubstr("[pause 61s]")));
  for (const char* text : {"a [pause 2] b", "[pause]", "[pause -1s] b", "[pause 1e3s]",
                           "[pause infs]", "[pause 5 min]"}) {
    EXPECT_THAT(told(text), ElementsAre("0|0|" + std::string(text)));
    EXPECT_THAT(notes(text), ElementsAre(HasSubstr("is read as text"))) << text;
  }
  EXPECT_THAT(notes("[word](/wˈɜɹd/) and [1]"), IsEmpty());
  EXPECT_THAT(notes("[paused 1s] [pauses]"), IsEmpty());
}

// The phonemizer tells items from prose; here their lines stay apart.
TEST(Script, KeepsLineEndsBeforeNumbersAndBehindHeadings) {
  EXPECT_THAT(told("To do\n1. Open\nit\n2. Close\nBig\n===\nsmall"),
              ElementsAre("0|0|To do\n1. Open it\n2. Close Big\n===\nsmall"));
}

// As Python's errors="replace" does it.
TEST(Script, ReplacesAndCountsWhatIsNoUtf8) {
  EXPECT_THAT(told("a\xFF\xC3 b\xE2\x82"), ElementsAre("0|0|a\uFFFD\uFFFD b\uFFFD"));
  EXPECT_THAT(notes("a\xFF\xC3 b\xE2\x82"),
              ElementsAre(HasSubstr("U+FFFD, which is not spoken: 3")));
  EXPECT_THAT(told("\xFF"), ElementsAre("0|0|\uFFFD"));
}

TEST(Script, CutsLongPassagesWhereTheyMayBeCut) {
  const std::string sentence = "It was told to Mr. Smith that, e.g. at noon, nothing came. ";
  const std::vector<Passage> cut = passages(repeated(sentence, 400));
  ASSERT_GT(cut.size(), 5u);
  for (const Passage& p : cut) {
    EXPECT_LE(code_points(p.text).size(), Script::kLongest);
    EXPECT_THAT(p.text, ::testing::EndsWith("came."));
    EXPECT_EQ(p.ends, &p == &cut.back());
    EXPECT_EQ(p.space_after, !p.ends);
    EXPECT_EQ(p.paragraph, 0u);
  }
  for (const Passage& p : passages(repeated("one two, three ", 1000))) {
    if (p.ends) continue;
    EXPECT_EQ(p.text.back(), ',');
  }
  for (const Passage& p : passages(repeated("word ", 3000))) {
    if (p.ends) continue;
    EXPECT_EQ(p.text.substr(p.text.size() - 5), " word");
  }
}

TEST(Script, CutsAMegabyteWithoutASpace) {
  std::string all;
  const std::string text = repeated("é", 500'000);
  for (const Passage& p : passages(text, 4096)) {
    EXPECT_FALSE(p.space_after);
    all += p.text;
  }
  EXPECT_TRUE(all == text);
}

TEST(Script, DoesNotDependOnHowBytesArrive) {
  const std::string text =
      "\uFEFFOne\r\ntwo \u2014 “three”.\r\n\r\n[pause 1.5s] Fo\xC3ur\xE2\x80 [pause 3] \u2029 "
      "x\xFF " +
      repeated("Many words, and some; more\u2026 Mr. X said so. ", 400) + repeated("\u00E9", 9000) +
      "\n\n[pause 90s]\xF0\x9F";
  const std::vector<Passage> whole = passages(text);
  for (const std::size_t piece : {1u, 7u, 4096u}) {
    const std::vector<Passage> pieces = passages(text, piece);
    ASSERT_EQ(pieces.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(pieces[i].text, whole[i].text);
      EXPECT_EQ(pieces[i].paragraph, whole[i].paragraph);
      EXPECT_EQ(pieces[i].pause, whole[i].pause);
      EXPECT_EQ(pieces[i].ends, whole[i].ends);
      EXPECT_EQ(pieces[i].ends_paragraph, whole[i].ends_paragraph);
      EXPECT_EQ(pieces[i].notes, whole[i].notes);
      EXPECT_EQ(pieces[i].bytes_read, whole[i].bytes_read);
    }
  }
  EXPECT_EQ(whole.back().bytes_read, text.size());
}

}  // namespace
}  // namespace decibit
