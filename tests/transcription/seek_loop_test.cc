// SPDX-License-Identifier: Apache-2.0
#include "transcription/seek_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "golden_json.h"
#include "scripted_network.h"

namespace decibit::transcription {
namespace {

using ::testing::HasSubstr;

const whisper::Tokenizer& t = multilingual_tokenizer();
Token time(int step) { return t.first_timestamp() + step; }
const Token kWord = t.encode(" a")[0];

struct Trace {
  std::vector<TranscribedSegment> segments;
  std::vector<Window> windows;
  std::size_t retried = 0;
  std::optional<Error> error;
};

Trace run(ScriptedNetwork& network, const TranscribeOptions& options, std::int64_t frames,
          std::int64_t text_context = 448) {
  Trace result;
  const WindowDecoder decoder(t, text_context, options, "en");
  auto loop = SeekLoop::make(decoder, options, "en", frames);
  if (!loop) {
    result.error = loop.error();
    return result;
  }
  while (const auto window = loop->next()) {
    EXPECT_TRUE(window->count >= 1 && window->count <= SeekLoop::kWindowFrames);
    EXPECT_TRUE(window->first >= 0 && window->first + window->count <= frames);
    result.windows.push_back(*window);
    EXPECT_LT(result.windows.size(), 1000U);
    if (result.windows.size() >= 1000) break;
    network.listen({});
    auto segments = loop->decode(network);
    if (!segments) {
      result.error = segments.error();
      return result;
    }
    for (auto& segment : *segments) result.segments.push_back(std::move(segment));
  }
  result.retried = loop->windows_retried();
  return result;
}

TranscribeOptions options_of(const Json& json) {
  TranscribeOptions options = any_text();
  const auto optional = [&](const char* name) {
    const Json& value = at(json, name);
    return value.is_null() ? std::nullopt : std::optional(number(value));
  };
  const auto numbers = [&](const char* name) {
    std::vector<double> all;
    for (const Json& value : *at(json, name).array()) all.push_back(number(value));
    return all;
  };
  options.temperatures = numbers("temperature");
  options.clip_timestamps = numbers("clip_timestamps");
  options.compression_ratio_threshold = optional("compression_ratio_threshold");
  options.logprob_threshold = optional("logprob_threshold");
  options.no_speech_threshold = optional("no_speech_threshold");
  options.hallucination_silence_threshold = optional("hallucination_silence_threshold");
  options.condition_on_previous_text = *at(json, "condition_on_previous_text").boolean();
  options.carry_initial_prompt = *at(json, "carry_initial_prompt").boolean();
  options.word_timestamps = *at(json, "word_timestamps").boolean();
  if (const auto* prompt = at(json, "initial_prompt").string()) options.initial_prompt = *prompt;
  return options;
}

// Windows answered at random, as openai-whisper 20250625 goes through them.
TEST(SeekLoop, GoesThroughRecordingsAsOpenAisDoes) {
  const Json golden = golden_json("seek.json");
  const Json::Array& cases = *at(golden, "cases").array();
  ASSERT_GT(cases.size(), 50U);
  for (std::size_t c = 0; c < cases.size(); ++c) {
    SCOPED_TRACE("case " + std::to_string(c) + " " + at(cases[c], "options").dump(-1));
    const TranscribeOptions options = options_of(at(cases[c], "options"));
    ScriptedNetwork network;
    const Json::Array& tries = *at(cases[c], "attempts").array();
    for (const Json& attempt : tries)
      network.tries.push_back({tokens(at(attempt, "tokens")), number(at(attempt, "probability")),
                               number(at(attempt, "no_speech"))});
    for (const Json& aligned : *at(cases[c], "aligned").array()) {
      ScriptedAlignment script;
      for (const Json& column : *at(aligned, "columns").array())
        script.columns.push_back(integer(column));
      for (const Json& p : *at(aligned, "probabilities").array())
        script.probabilities.push_back(number(p));
      network.alignments.push_back(script);
    }
    const Trace result = run(network, options, integer(at(cases[c], "frames")));
    ASSERT_FALSE(result.error) << to_string(*result.error);
    ASSERT_TRUE(network.alignments.empty());

    ASSERT_EQ(network.prompts.size(), tries.size());
    for (std::size_t i = 0; i < tries.size(); ++i) {
      std::vector<Token> expected = tokens(at(tries[i], "prompt"));
      if (!expected.empty()) expected.insert(expected.begin(), t.start_of_previous());
      for (const Token token : {t.start(), t.language("en"), t.transcribe(), t.no_timestamps()})
        expected.push_back(token);
      ASSERT_EQ(network.prompts[i], expected) << "try " << i;
    }
    const Json::Array& segments = *at(cases[c], "segments").array();
    ASSERT_EQ(result.segments.size(), segments.size());
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const TranscribedSegment& s = result.segments[i];
      const Json& expected = segments[i];
      SCOPED_TRACE("segment " + std::to_string(i) + " " + expected.dump(-1));
      EXPECT_EQ(static_cast<std::int64_t>(s.id), integer(at(expected, "id")));
      ASSERT_EQ(s.seek, integer(at(expected, "seek")));
      ASSERT_EQ(s.tokens, tokens(at(expected, "tokens")));
      EXPECT_EQ(s.text, *at(expected, "text").string());
      EXPECT_EQ(s.temperature, number(at(expected, "temperature")));
      ASSERT_DOUBLE_EQ(s.start_seconds, number(at(expected, "start")));
      ASSERT_DOUBLE_EQ(s.end_seconds, number(at(expected, "end")));
      const Json::Array& words = *at(expected, "words").array();
      ASSERT_EQ(s.words.size(), words.size());
      for (std::size_t w = 0; w < words.size(); ++w) {
        const Json::Array& word = *words[w].array();
        EXPECT_EQ(s.words[w].text, *word[0].string());
        ASSERT_DOUBLE_EQ(s.words[w].start_seconds, number(word[1]));
        ASSERT_DOUBLE_EQ(s.words[w].end_seconds, number(word[2]));
        EXPECT_NEAR(s.words[w].probability, number(word[3]), 1e-6);
      }
    }
  }
}

// Field report B038: the position stays where it is, or clips are not kept to.
TEST(SeekLoop, B038_ZeroTimestampsMoveOn) {
  for (const bool again : {false, true}) {
    ScriptedNetwork network;
    network.tries = {{{time(0), kWord, time(0)}}};
    if (again) network.tries[0].tokens.push_back(time(0));  // a pair that says: heard 0 s
    TranscribeOptions options = any_text();
    std::vector<std::string> notes;
    options.note = [&](std::string_view note) { notes.emplace_back(note); };
    const Trace result = run(network, options, 9000);
    ASSERT_EQ(result.windows.size(), 3U);
    for (std::size_t i = 1; i < 3; ++i)
      EXPECT_GT(result.windows[i].first, result.windows[i - 1].first);
    EXPECT_EQ(notes.size(), again ? 3U : 0U);
    if (again) {
      EXPECT_THAT(notes[0], HasSubstr("do not move on"));
    }
  }
}

TEST(SeekLoop, B038_ClipsEndWithTheRecordingAndDoNotStartBehindIt) {
  ScriptedNetwork network;
  network.tries = {{{kWord}}};
  TranscribeOptions options = any_text();
  options.clip_timestamps = {1, 3.0000625};
  const Trace ends = run(network, options, 300);
  ASSERT_EQ(ends.windows.size(), 1U);
  EXPECT_EQ(ends.windows[0].first + ends.windows[0].count, 300);
  options.clip_timestamps = {0, 3.0000625, 5};
  const Trace behind = run(network, options, 300);
  ASSERT_TRUE(behind.error);
  EXPECT_EQ(behind.error->code, ErrorCode::kUsage);
  EXPECT_THAT(behind.error->message, HasSubstr("3.00 s long"));
  for (const std::vector<double>& bad :
       {std::vector<double>{-1.0}, {2, 1}, {std::nan("")}, {0, 1, 0.5, 2}}) {
    options.clip_timestamps = bad;
    ASSERT_TRUE(run(network, options, 300).error);
  }
}

TEST(SeekLoop, B038_NoSegmentOutsideTheClips) {
  ScriptedNetwork network;
  network.tries = {{{time(0), kWord, time(1200), time(1200), kWord, time(1400)}}};
  TranscribeOptions options = any_text();
  options.clip_timestamps = {0, 1, 3, 4};
  const Trace result = run(network, options, 1100);
  ASSERT_EQ(result.windows.size(), 2U);
  EXPECT_EQ(result.windows[1].first, 300);
  ASSERT_EQ(result.segments.size(), 4U);
  for (const TranscribedSegment& s : result.segments) {
    const double clip = s.seek == 0 ? 0 : 3;
    EXPECT_GE(s.start_seconds, clip);
    EXPECT_LE(s.end_seconds, clip + 1);
  }
}

// Field report B039: a window of one frame.
TEST(SeekLoop, B039_AWindowOfOneFrameHasNoWords) {
  ScriptedNetwork network;
  network.tries = {{{kWord, kWord}}};
  TranscribeOptions options = any_text();
  options.word_timestamps = true;
  for (const std::int64_t frames : {1, 2, 3001}) {
    const Trace result = run(network, options, frames);
    ASSERT_FALSE(result.error);
    ASSERT_FALSE(result.segments.empty());
    if (frames == 1) {
      EXPECT_TRUE(result.segments.back().words.empty());
      EXPECT_EQ(result.segments.back().text, " a a");
    }
    for (const TranscribedSegment& s : result.segments)
      EXPECT_LE(s.end_seconds, static_cast<double>(frames) / 100);
  }
}

// Field report B040: prompts and text never exceed the positions of the decoder.
TEST(SeekLoop, B040_PromptAndTextFitTheContext) {
  for (const std::int64_t context : {448, 32}) {
    for (const bool carried : {false, true}) {
      ScriptedNetwork network;
      network.tries = {{std::vector<Token>(1000, kWord), 0.99}};  // a text without end
      TranscribeOptions options = any_text();
      options.compression_ratio_threshold.reset();
      for (int i = 0; i < 400; ++i) options.initial_prompt += "epsilon ";
      options.carry_initial_prompt = carried;
      options.word_timestamps = true;
      options.prefix = context == 32 ? "one two" : "one two three four five six seven eight";
      std::vector<std::string> notes;
      options.note = [&](std::string_view note) { notes.emplace_back(note); };
      const Trace result = run(network, options, 6100, context);
      ASSERT_FALSE(result.error) << to_string(*result.error);
      EXPECT_GE(result.windows.size(), 3U);
      EXPECT_LE(network.longest_text, static_cast<std::size_t>(context));
      ASSERT_FALSE(notes.empty());
      EXPECT_THAT(notes[0], HasSubstr("the last " + std::to_string(context / 2 - 1)));
      for (const auto& prompt : network.prompts) {
        const auto start = std::ranges::find(prompt, t.start());
        EXPECT_EQ(start - prompt.begin(), context / 2);  // with the mark before the history
      }
    }
  }
}

TEST(SeekLoop, APrefixThatIsTooLongIsAnError) {
  ScriptedNetwork network;
  network.tries = {{{kWord}}};
  TranscribeOptions options = any_text();
  for (int i = 0; i < 300; ++i) options.prefix += "word ";
  const Trace result = run(network, options, 1000);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->code, ErrorCode::kUsage);
}

TEST(SeekLoop, ThePrefixBeginsTheFirstWindowOnly) {
  ScriptedNetwork network;
  network.tries = {{{kWord}}};
  TranscribeOptions options = any_text();
  options.prefix = " Well ";
  run(network, options, 6000);
  ASSERT_EQ(network.prompts.size(), 2U);
  EXPECT_EQ(network.prompts[0].back(), t.encode(" Well")[0]);
  EXPECT_EQ(network.prompts[1].back(), t.no_timestamps());
}

TEST(SeekLoop, RetriesAreCountedAndSilenceIsNoted) {
  ScriptedNetwork network;
  network.tries = {{{kWord}, 0.2}, {{kWord}, 0.9}, {{kWord}, 0.2, 0.9}};
  TranscribeOptions options = any_text();
  options.temperatures = {0, 0.2};
  std::vector<std::string> notes;
  options.note = [&](std::string_view note) { notes.emplace_back(note); };
  const Trace result = run(network, options, 6000);
  EXPECT_EQ(result.retried, 1U);
  ASSERT_EQ(result.segments.size(), 1U);
  EXPECT_EQ(result.segments[0].temperature, 0.2);
  EXPECT_NEAR(result.segments[0].avg_logprob, std::log(0.9), 1e-3);
  EXPECT_NEAR(result.segments[0].no_speech_prob, 0.01, 1e-4);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_THAT(notes[0], HasSubstr("window at 0.00 s: decoded 2 times"));
  EXPECT_THAT(notes[1], HasSubstr("window at 30.00 s: left out as silence, probability 0.90"));
}

// Whatever is said, the loop ends, and segments do not come out of order by more than a window.
TEST(SeekLoop, AlwaysMovesOn) {
  std::uint32_t state = 11;
  const auto random = [&](std::uint32_t n) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8) % n;
  };
  for (int i = 0; i < 40; ++i) {
    ScriptedNetwork network;
    for (int k = 0; k < 40; ++k) {
      ScriptedTry attempt;
      for (std::uint32_t n = random(12); n > 0; --n)
        attempt.tokens.push_back(random(2) == 0 ? kWord : time(static_cast<int>(random(1501))));
      network.tries.push_back(attempt);
    }
    TranscribeOptions options = any_text();
    options.temperatures = {0};
    options.word_timestamps = i % 2 == 0;
    if (i % 4 == 0) options.hallucination_silence_threshold = 0;
    const Trace result = run(network, options, 12000);
    ASSERT_FALSE(result.error);
    for (std::size_t w = 1; w < result.windows.size(); ++w)
      EXPECT_GT(result.windows[w].first, result.windows[w - 1].first);
  }
}

}  // namespace
}  // namespace decibit::transcription
