// SPDX-License-Identifier: Apache-2.0
#include "transcription/word_times.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "golden_json.h"
#include "scripted_network.h"
#include "transcription/attention_map.h"
#include "transcription/time_warping.h"

namespace decibit::transcription {
namespace {

const whisper::Tokenizer& t = multilingual_tokenizer();

// Matrices with many ties, as openai-whisper's dtw_cpu and backtrace go through them.
TEST(TimeWarping, TakesOpenAisPath) {
  const Json golden = golden_json("seek.json");
  const Json::Array& cases = *at(golden, "warped").array();
  ASSERT_GE(cases.size(), 40U);
  for (const Json& c : cases) {
    const std::int64_t rows = integer(at(c, "rows")), columns = integer(at(c, "columns"));
    std::vector<float> gain;
    for (const Json& g : *at(c, "gain").array()) gain.push_back(static_cast<float>(number(g)));
    std::vector<std::int64_t> first;
    for (const Json& f : *at(c, "first").array()) first.push_back(integer(f));
    EXPECT_EQ(first_columns({gain.data(), rows, columns, columns}), first) << c.dump(-1);
  }
}

TEST(TimeWarping, ValuesThatAreNoNumbersEndIt) {
  const std::vector<float> gain(12, std::nanf(""));
  EXPECT_EQ(first_columns({gain.data(), 3, 4, 4}).size(), 3U);
}

// In doubles, by definition, with sorting.
std::vector<double> plain_map(const whisper::Alignment& a, std::size_t positions) {
  const auto tokens = static_cast<std::size_t>(a.tokens);
  const auto all = static_cast<std::size_t>(a.positions);
  std::vector<double> mean(tokens * positions);
  for (std::size_t h = 0; h < static_cast<std::size_t>(a.heads); ++h) {
    std::vector<std::vector<double>> w(tokens, std::vector<double>(positions));
    for (std::size_t i = 0; i < tokens; ++i) {
      double sum = 0;
      for (std::size_t p = 0; p < positions; ++p)
        sum += w[i][p] = static_cast<double>(a.weights[(h * tokens + i) * all + p]);
      for (double& value : w[i]) value /= sum;
    }
    for (std::size_t p = 0; p < positions; ++p) {
      double m = 0, v = 0;
      for (std::size_t i = 0; i < tokens; ++i) m += w[i][p] / static_cast<double>(tokens);
      for (std::size_t i = 0; i < tokens; ++i)
        v += (w[i][p] - m) * (w[i][p] - m) / static_cast<double>(tokens);
      for (std::size_t i = 0; i < tokens; ++i) w[i][p] = (w[i][p] - m) / std::sqrt(v);
    }
    for (std::size_t i = 0; i < tokens; ++i)
      for (std::size_t p = 0; p < positions; ++p) {
        const auto n = static_cast<long>(positions);
        std::vector<double> around;
        for (long q = static_cast<long>(p) - 3; q <= static_cast<long>(p) + 3; ++q)
          around.push_back(w[i][static_cast<std::size_t>(q < 0 ? -q : q >= n ? 2 * n - 2 - q : q)]);
        std::ranges::sort(around);
        mean[i * positions + p] += (n > 3 ? around[3] : w[i][p]) / static_cast<double>(a.heads);
      }
  }
  return mean;
}

TEST(AttentionMap, IsItsDefinition) {
  std::mt19937 random(4);
  std::uniform_real_distribution<float> values(0.001F, 1);
  whisper::Alignment a;
  a.heads = 3, a.tokens = 6, a.positions = 40;
  for (int i = 0; i < 3 * 6 * 40; ++i) a.weights.push_back(values(random));
  for (const std::int64_t positions : {1, 3, 4, 5, 7, 39, 40}) {
    const auto map = attention_map(a, positions);
    if (positions <= 3) {
      EXPECT_EQ(map.size(), static_cast<std::size_t>(6 * positions));
      continue;  // of a single position every share is 1, and nothing stands out
    }
    const auto expected = plain_map(a, static_cast<std::size_t>(positions));
    for (std::size_t i = 0; i < map.size(); ++i) EXPECT_NEAR(map[i], expected[i], 1e-5) << i;
  }
}

TEST(AttentionMap, AlikeTokensAreZeroNotNaN) {
  whisper::Alignment a;
  a.heads = 1, a.tokens = 3, a.positions = 10;
  a.weights.assign(30, 0.1F);
  for (const float value : attention_map(a, 10)) EXPECT_EQ(value, 0);
  a.weights.assign(30, 0.0F);  // all looked behind the crop
  for (const float value : attention_map(a, 5)) EXPECT_EQ(value, 0);
}

AlignedWord word(const char* text, double start = 0, double end = 0) {
  return {text, t.encode(text), start, end, 0.5};
}
std::vector<std::string> texts(const std::vector<AlignedWord>& words) {
  std::vector<std::string> all;
  for (const AlignedWord& w : words) all.push_back(w.text);
  return all;
}

TEST(Punctuation, JoinsItsWord) {
  const TranscribeOptions defaults;
  std::vector<AlignedWord> words = {word(" Well"), word(","),  word(" \""), word("he"),
                                    word("!"),     word("\""), word(" ("),  word("so"),
                                    word(")"),     word("."),  word(" -"),  word(" ")};
  std::size_t before = 0, after = 0;
  for (const AlignedWord& w : words) before += w.tokens.size();
  merge_punctuation(words, defaults.prepend_punctuations, defaults.append_punctuations);
  EXPECT_EQ(texts(words), (std::vector<std::string>{" Well,", "", "", " \"he!\"", "", "", "",
                                                    " (so).", "", "", "", " - "}));
  for (const AlignedWord& w : words) after += w.tokens.size();
  EXPECT_EQ(after, before);
  std::vector<AlignedWord> none;
  merge_punctuation(none, "(", ")");
  EXPECT_TRUE(none.empty());
}

// Field report B039: the aligner itself with nothing to align.
TEST(WordAlignment, B039_NoFramesAndNoTokensGiveNoWords) {
  ScriptedNetwork network;
  const std::vector<Token> start = {t.start(), t.language("en"), t.transcribe()};
  const std::vector<Token> text = t.encode(" hello there");
  EXPECT_TRUE(align_words(network, t, start, "en", text, 0).empty());
  EXPECT_TRUE(align_words(network, t, start, "en", text, 1).empty());
  EXPECT_TRUE(align_words(network, t, start, "en", {}, 3000).empty());
  EXPECT_EQ(align_words(network, t, start, "en", text, 2).size(), 2U);
}

TEST(WordAlignment, TimesAndProbabilitiesAreThoseOfTheTokens) {
  ScriptedNetwork network;
  const std::vector<Token> start = {t.start(), t.language("en"), t.transcribe()};
  std::vector<Token> text = t.encode(" one");
  for (const Token token : {690, 99}) text.push_back(token);  // " æ"
  for (const Token token : t.encode(" two")) text.push_back(token);
  network.alignments = {{{0, 50, 70, 100, 250}, {0.25, 0.5, 0.75, 1}}};
  const auto words = align_words(network, t, start, "en", text, 3000);
  ASSERT_EQ(texts(words), (std::vector<std::string>{" one", " æ", " two"}));
  EXPECT_DOUBLE_EQ(words[0].start, 0);
  EXPECT_DOUBLE_EQ(words[0].end, 1);
  EXPECT_DOUBLE_EQ(words[1].start, 1);
  EXPECT_DOUBLE_EQ(words[1].end, 2);
  EXPECT_DOUBLE_EQ(words[2].end, 5);
  EXPECT_NEAR(words[1].probability, 0.625, 1e-6);
}

TranscribedSegment segment(const std::string& text, double start, double end) {
  TranscribedSegment s;
  s.seek = 1000;
  s.start_seconds = start, s.end_seconds = end;
  s.text = text;
  s.tokens = t.encode(text);
  return s;
}

TEST(WordTimes, ALongPauseIsNotPartOfTheWordAfterIt) {
  // Words of 0.2 s; the first one begins 5 s too early, the segment knows better.
  std::vector<AlignedWord> words = {word(" a", 0, 5.2), word(" b", 5.2, 5.4), word(" c", 5.4, 5.6)};
  std::vector<TranscribedSegment> segments = {segment(" a b c", 15, 15.6)};
  add_word_times(words, t, {"", "", 9}, segments);
  ASSERT_EQ(segments[0].words.size(), 3U);
  EXPECT_NEAR(segments[0].words[0].start_seconds, 15.2 - 0.4, 1e-9);  // twice the median
  EXPECT_NEAR(segments[0].start_seconds, 14.8, 1e-9);
  EXPECT_NEAR(segments[0].end_seconds, 15.6, 1e-9);
  EXPECT_EQ(end_of_speech(segments), 15.6);
}

TEST(WordTimes, WordsGoToTheSegmentsOfTheirTokens) {
  std::vector<AlignedWord> words = {word(" a", 0, 0.2), word(" b", 0.2, 0.4), word(" c", 0.4, 0.6)};
  std::vector<TranscribedSegment> segments = {segment(" a b", 10, 10.4), segment("", 10.4, 10.4),
                                              segment(" c", 10.4, 11)};
  segments[0].tokens.push_back(t.first_timestamp());
  add_word_times(words, t, {"", "", 10}, segments);
  EXPECT_EQ(segments[0].words.size(), 2U);
  EXPECT_TRUE(segments[1].words.empty());
  ASSERT_EQ(segments[2].words.size(), 1U);
  EXPECT_EQ(segments[2].words[0].text, " c");
}

}  // namespace
}  // namespace decibit::transcription
