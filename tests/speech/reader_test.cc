// SPDX-License-Identifier: Apache-2.0
// From bytes to chunks of phonemes and their words, without a network.
#include "speech/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "core/utf8.h"
#include "pieces.h"
#include "speech/read_ahead.h"
#include "speech/word_times.h"
#include "text/en/letter_to_sound.h"

namespace decibit {
namespace {

using speech::ReadChunk;
using speech::Reader;
using speech::ReaderOptions;
using speech::TextSource;
using ::testing::ElementsAre;
using testing::in_pieces;

const std::atomic<bool> kGoOn{false};

const text::en::Phonemizer& english() {
  static const text::en::Phonemizer phonemizer(text::letter_to_sound);
  return phonemizer;
}

std::vector<ReadChunk> chunks(TextSource source, const text::en::Phonemizer* phonemizer) {
  Reader reader(std::move(source), phonemizer, {});
  std::vector<ReadChunk> all;
  ReadChunk chunk;
  while (reader.next(chunk, kGoOn).value()) all.push_back(chunk);
  return all;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Reader, KnowsWhatEachPartOfTheTextSoundsLike) {
  const auto all =
      chunks(speech::text_in_memory("“Hello,” she said.\n\nBye [pause 2s]"), &english());
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].text(), "“Hello,” she said.");
  EXPECT_EQ(all[0].paragraph, 0u);
  ASSERT_EQ(all[0].words.size(), 3u);
  EXPECT_EQ(all[0].words[0].word.text, "“Hello,”");
  const auto sound = [&](const speech::ChunkWord& w) {
    return to_utf8(all[0].phonemes.substr(w.first, w.end - w.first));
  };
  EXPECT_EQ(sound(all[0].words[0]), "həlˈO");
  EXPECT_EQ(sound(all[0].words[1]), "ʃi");
  EXPECT_EQ(all[1].paragraph, 1u);
  EXPECT_EQ(all[1].pause.count(), 500);
  EXPECT_TRUE(all[2].phonemes.empty());
  EXPECT_EQ(all[2].pause.count(), 2000);
}

// Once for each paragraph that has a chunk, as soon as its blank line came.
TEST(Reader, TellsTheEndsOfParagraphs) {
  const auto told = [](const std::string& text) {
    TextSource source = speech::text_in_memory(text);
    source.read = [read = source.read, all = false](std::span<char> to,
                                                    const std::atomic<bool>& stop) mutable {
      if (std::exchange(all, true)) return Result<std::size_t>(fail(ErrorCode::kDenied, "waits"));
      return read(to, stop);
    };
    Reader reader(std::move(source), &english(), {});
    std::vector<std::string> lines;
    ReadChunk chunk;
    for (auto more = reader.next(chunk, kGoOn); more && *more; more = reader.next(chunk, kGoOn))
      lines.push_back(std::to_string(chunk.paragraph) + "|" + chunk.text() +
                      (chunk.ends_paragraph ? "|" : ""));
    return lines;
  };
  EXPECT_THAT(told("One."), ElementsAre());
  EXPECT_THAT(told("One.\n\n"), ElementsAre("0|One.|"));
  EXPECT_THAT(told("One. [pause 1s] two.\n\nThree.\n\n"),
              ElementsAre("0|One.", "0|two.|", "1|Three.|"));
  EXPECT_THAT(told("One. [pause 1s]\n\n"), ElementsAre("0|One.", "0||"));
  EXPECT_THAT(told("One. [pause 1s] \U0001F600\n\n"), ElementsAre("0|One.", "0||"));
  EXPECT_THAT(told("\U0001F600\n\nOne.\n\n\U0001F600\n\n"), ElementsAre("1|One.|"));
  const std::string sentence = "It was told that at noon nothing came. ";
  const std::vector<std::string> longer = told(repeated(sentence, 20) + "\n\n");
  ASSERT_GT(longer.size(), 2u);
  for (const std::string& line : longer)
    EXPECT_EQ(line.back() == '|', &line == &longer.back()) << line;
}

TEST(Reader, GivesTheSameChunksHoweverTheTextComes) {
  const std::string text = repeated("Dr. Wu paid $2.50; then, at 5:30, he left. “Why?” \n", 60) +
                           "\n\ncafé 😀 [pause 1s]" + repeated("supercalifragilistic", 100);
  const auto whole = chunks(speech::text_in_memory(text), &english());
  ASSERT_GT(whole.size(), 5u);
  for (const std::size_t piece : {1u, 7u, 4096u}) {
    const auto pieces = chunks(in_pieces(text, piece), &english());
    ASSERT_EQ(pieces.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(pieces[i].phonemes, whole[i].phonemes);
      EXPECT_EQ(pieces[i].text(), whole[i].text());
      EXPECT_EQ(pieces[i].pause, whole[i].pause);
      EXPECT_EQ(pieces[i].ends_paragraph, whole[i].ends_paragraph);
    }
  }
}

// Field report B031: nothing is lost where there is no full stop, or none of ASCII.
TEST(Reader, SpeaksAllOfATextWithoutFullStops) {
  const std::string comma_only = repeated("ten letters, and more, ", 40);
  std::string text;
  for (const ReadChunk& chunk : chunks(speech::text_in_memory(comma_only), &english())) {
    EXPECT_LE(chunk.phonemes.size(), 510u);
    text += chunk.text() + ' ';
  }
  EXPECT_EQ(text, comma_only);
  for (const std::string& phonemes :
       {repeated("a", 1200), repeated("今日はとても天気がいいです。", 25)}) {
    std::string all;
    for (const ReadChunk& chunk : chunks(speech::text_in_memory(phonemes), nullptr)) {
      EXPECT_LE(chunk.phonemes.size(), 510u);
      all += to_utf8(chunk.phonemes);
    }
    EXPECT_EQ(all, phonemes);
  }
}

// Field report B032: 510 symbols are one chunk, one more are two.
TEST(Reader, FillsAChunkToTheLimit) {
  for (const std::size_t n : {509u, 510u, 511u, 1200u}) {
    const auto all = chunks(speech::text_in_memory(repeated("a", n)), nullptr);
    EXPECT_EQ(all.size(), (n + 509) / 510);
    EXPECT_EQ(all.front().phonemes.size(), std::min<std::size_t>(n, 510));
  }
}

// A word that is cut has its text once.
TEST(Reader, TellsTheTextOfACutWordOnce) {
  const auto all = chunks(speech::text_in_memory(repeated("a", 600)), nullptr);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].text(), repeated("a", 600));
  EXPECT_EQ(all[1].text(), "");
  ASSERT_EQ(all[1].words.size(), 1u);
  EXPECT_EQ(all[1].words[0].end, 90u);
}

TEST(WordTimes, ShareSpacesAndBeginThreeFramesEarly) {
  ReadChunk chunk;
  chunk.phonemes = U"ab c.";
  chunk.words = {{{"ab", true, false}, 0, 2}, {{"c.", false, true}, 3, 4}};
  const std::int32_t durations[] = {10, 4, 2, 5, 3, 6, 8};
  const auto words = speech::word_times(chunk, durations);
  ASSERT_EQ(words.size(), 2u);
  EXPECT_DOUBLE_EQ(words[0].start_seconds, 7 / 40.0);
  EXPECT_DOUBLE_EQ(words[0].end_seconds, 15.5 / 40);
  EXPECT_DOUBLE_EQ(words[1].start_seconds, 15.5 / 40);
  EXPECT_DOUBLE_EQ(words[1].end_seconds, 21 / 40.0);
  EXPECT_TRUE(words[1].guessed);
  const std::int32_t short_lead[] = {1, 4, 2, 5, 3, 6, 8};
  EXPECT_EQ(speech::word_times(chunk, short_lead)[0].start_seconds, 0);
}

// Memory of a text of any length: what the reader asked for stays near what was taken from it.
TEST(ReadAhead, StaysAFewChunksAhead) {
  std::atomic<std::uint64_t> asked{0};
  constexpr std::uint64_t kTotal = 5'000'000;
  const std::string line = "This is one sentence of a very long book, which never ends. \n";
  TextSource source;
  source.read = [&](std::span<char> to, const std::atomic<bool>&) -> Result<std::size_t> {
    if (asked.load() >= kTotal) return std::size_t{0};
    for (char& c : to) c = line[asked++ % line.size()];
    return to.size();
  };
  speech::ReadAhead ahead(Reader(std::move(source), nullptr, {}));
  const Reporter reporter;
  ReadChunk chunk;
  std::uint64_t furthest = 0;
  while (ahead.next(chunk, reporter).value())
    furthest = std::max(furthest, asked.load() - chunk.bytes_read);
  EXPECT_EQ(chunk.bytes_read, asked.load());
  EXPECT_LT(furthest, 32'768u);
}

// A text without sound gives no chunk, however long it is, and nothing of it stays.
TEST(Reader, ForgetsWhatHasNoSound) {
  for (const std::string& silent : {std::string("\u2603 \U0001F600\n\n"), std::string("[pause 2s]"),
                                    std::string("[pause 99s]\n\n"), std::string("\n\n\u2028")}) {
    constexpr int kReads = 200;
    int reads = 0;
    std::size_t early = 0, late = 0;
    TextSource source;
    source.read = [&](std::span<char> to, const std::atomic<bool>&) -> Result<std::size_t> {
      const std::size_t in_use = ::mallinfo2().uordblks;  // 0 where a sanitizer counts instead
      (reads < kReads / 10 ? early : late) = std::max(reads < kReads / 10 ? early : late, in_use);
      if (++reads > kReads) return std::size_t{0};
      const std::size_t whole = to.size() / silent.size() * silent.size();
      for (std::size_t i = 0; i < whole; ++i) to[i] = silent[i % silent.size()];
      return whole;
    };
    Reader reader(std::move(source), &english(), {});
    ReadChunk chunk;
    std::size_t symbols = 0;
    while (reader.next(chunk, kGoOn).value()) symbols += chunk.phonemes.size();
    EXPECT_EQ(symbols, 0u) << silent;
    EXPECT_EQ(reads, kReads + 1) << silent;
    EXPECT_LT(late, early + 65'536) << silent;
  }
}

TEST(ReadAhead, HandsOverErrorsBehindWhatWasRead) {
  int reads = 0;
  TextSource source;
  source.read = [&](std::span<char> to, const std::atomic<bool>&) -> Result<std::size_t> {
    if (++reads > 1) return fail(ErrorCode::kDenied, "gone");
    return std::string("One.\n\nTwo.").copy(to.data(), to.size());
  };
  speech::ReadAhead ahead(Reader(std::move(source), nullptr, {}));
  const Reporter reporter;
  ReadChunk chunk;
  EXPECT_TRUE(ahead.next(chunk, reporter).value());
  EXPECT_EQ(chunk.phonemes, U"One.");
  const auto next = ahead.next(chunk, reporter);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::kDenied);
}

TEST(ReadAhead, PassesExceptionsOn) {
  TextSource source;
  source.read = [](std::span<char>, const std::atomic<bool>&) -> Result<std::size_t> {
    throw std::bad_alloc();
  };
  speech::ReadAhead ahead(Reader(std::move(source), nullptr, {}));
  const Reporter reporter;
  ReadChunk chunk;
  EXPECT_THROW((void)ahead.next(chunk, reporter), std::bad_alloc);
}

// A pipe on which nothing comes must not keep the call from ending.
TEST(ReadAhead, EndsWhileItsSourceWaits) {
  class Cancelled : public Reporter {
    bool cancelled() const override { return true; }
  };
  TextSource source;
  source.read = [](std::span<char>, const std::atomic<bool>& stop) -> Result<std::size_t> {
    while (!stop.load()) std::this_thread::yield();
    return std::size_t{0};
  };
  speech::ReadAhead ahead(Reader(std::move(source), nullptr, {}));
  const Cancelled reporter;
  ReadChunk chunk;
  const auto next = ahead.next(chunk, reporter);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::kInterrupted);
}

}  // namespace
}  // namespace decibit
