// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden_json.h"
#include "models/whisper/tokenizer.h"
#include "text/valid_utf8.h"

namespace decibit::whisper {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Tokenizer tokenizer(std::int64_t vocabulary) { return *Tokenizer::make(vocabulary); }

// All that openai-whisper 20250625 with tiktoken 0.14 says of each vocabulary.
class TokenizerGolden : public ::testing::TestWithParam<std::size_t> {
 protected:
  const Json golden = golden_json("tokenizer.json");
  const Json& model = (*at(golden, "models").array())[GetParam()];
  const Tokenizer t = tokenizer(integer(at(model, "vocabulary")));
};

TEST_P(TokenizerGolden, NumbersOfSpecialTokens) {
  const Json& special = at(model, "specials");
  EXPECT_EQ(t.end(), integer(at(special, "eot")));
  EXPECT_EQ(t.start(), integer(at(special, "sot")));
  EXPECT_EQ(t.translate(), integer(at(special, "translate")));
  EXPECT_EQ(t.transcribe(), integer(at(special, "transcribe")));
  EXPECT_EQ(t.start_of_lm(), integer(at(special, "sot_lm")));
  EXPECT_EQ(t.start_of_previous(), integer(at(special, "sot_prev")));
  EXPECT_EQ(t.no_speech(), integer(at(special, "no_speech")));
  EXPECT_EQ(t.no_timestamps(), integer(at(special, "no_timestamps")));
  EXPECT_EQ(t.first_timestamp(), integer(at(special, "timestamp_begin")));
  EXPECT_EQ(t.last_timestamp(), t.vocabulary() - 1);
  EXPECT_EQ(t.language("en"), integer(at(model, "first_language")));
  const Json::Array& last = *at(model, "last_language").array();
  EXPECT_EQ(t.language(*last[0].string()), integer(last[1]));
  EXPECT_EQ(t.non_speech(), tokens(at(model, "non_speech")));
}

TEST_P(TokenizerGolden, TextAndBack) {
  const Json* const encoded = model.find("encoded");
  if (encoded == nullptr) GTEST_SKIP() << "as the vocabulary before";
  ASSERT_GT(encoded->array()->size(), 30U);
  for (const Json& row : *encoded->array()) {
    const std::string& text = *at(row, "text").string();
    EXPECT_EQ(t.encode(text), tokens(at(row, "tokens"))) << text;
    EXPECT_EQ(t.decode(tokens(at(row, "tokens"))), text);
  }
}

TEST_P(TokenizerGolden, Words) {
  for (const Json& row : *at(model, "words").array()) {
    const auto words = t.split_words(tokens(at(row, "tokens")), *at(row, "language").string());
    const Json::Array& texts = *at(row, "words").array();
    const Json::Array& parts = *at(row, "word_tokens").array();
    ASSERT_EQ(words.size(), texts.size()) << row.dump(-1);
    for (std::size_t i = 0; i < words.size(); ++i) {
      EXPECT_EQ(words[i].text, *texts[i].string());
      EXPECT_EQ(words[i].tokens, tokens(parts[i]));
    }
  }
}

TEST_P(TokenizerGolden, Timestamps) {
  const Json& mixed = at(model, "mixed");
  EXPECT_EQ(t.decode_with_timestamps(tokens(at(mixed, "tokens"))),
            *at(mixed, "with_timestamps").string());
  EXPECT_EQ(t.decode(tokens(at(mixed, "tokens"))), " Hi");
}

INSTANTIATE_TEST_SUITE_P(Vocabularies, TokenizerGolden, ::testing::Values(0, 1, 2));

TEST(Tokenizer, BrokenBytesAreReplacedAsPythonDoes) {
  const Json golden = golden_json("tokenizer.json");
  for (const Json& row : *at(golden, "replaced").array()) {
    std::string bytes;
    for (const Json& byte : *at(row, "bytes").array()) bytes += static_cast<char>(*byte.integer());
    EXPECT_EQ(text::valid_utf8(bytes), *at(row, "text").string());
  }
}

TEST(Tokenizer, LanguagesAndTheirNames) {
  const Json golden = golden_json("tokenizer.json");
  const Json::Array& codes = *at(golden, "codes").array();
  ASSERT_EQ(languages().size(), codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(languages()[i].code, *codes[i].string());
  for (const auto& [name, code] : *at(golden, "names").object()) {
    const auto found = find_language(name, 100);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->code, *code.string()) << name;
  }
  EXPECT_EQ(find_language("EN", 99)->code, "en");
  EXPECT_EQ(find_language("Haitian Creole", 99)->code, "ht");
}

TEST(Tokenizer, AnUnknownLanguageIsAnErrorThatLists) {
  const auto near = find_language("germn", 99);
  ASSERT_FALSE(near);
  EXPECT_EQ(near.error().code, ErrorCode::kUsage);
  EXPECT_THAT(near.error().hint, HasSubstr("german"));
  const auto far = find_language("qqqqqq", 99);
  ASSERT_FALSE(far);
  EXPECT_THAT(far.error().hint, HasSubstr("en, zh, de"));
  EXPECT_THAT(far.error().hint, Not(HasSubstr("yue")));
  const auto later = find_language("cantonese", 99);
  ASSERT_FALSE(later);
  EXPECT_THAT(later.error().message, HasSubstr("cantonese (yue)"));
  EXPECT_TRUE(find_language("yue", 100));
}

TEST(Tokenizer, AnotherVocabularyIsBadInput) {
  for (const std::int64_t vocabulary : {0, 1000, 51863}) {
    const auto made = Tokenizer::make(vocabulary);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::kBadInput);
  }
  // Padded: the entries beyond are nothing.
  const Tokenizer padded = tokenizer(51968);
  EXPECT_EQ(padded.last_timestamp(), 51865);
  EXPECT_EQ(padded.decode(std::vector<Token>{51900, -5, 50256}), "");
}

// Field report B045: letters that are split over tokens.
TEST(Tokenizer, B045_LettersOverSeveralTokensStayWhole) {
  const Tokenizer t = tokenizer(51865);
  const std::vector<Token> split = {690, 99};  // a space and the first byte of æ; its second byte
  EXPECT_EQ(t.decode(split), " æ");
  const auto words = t.split_words(split, "en");
  ASSERT_EQ(words.size(), 1U);
  EXPECT_EQ(words[0].text, " æ");
  EXPECT_EQ(text::unfinished_bytes(t.bytes(std::vector<Token>{690})), 1U);
  EXPECT_EQ(text::unfinished_bytes(t.bytes(split)), 0U);

  const std::string sentence = "今日は良い天気ですね。散歩に行きましょう!";
  for (const char* language : {"zh", "ja", "th", "lo", "my", "yue"}) {
    std::string joined;
    const auto parts = t.split_words(t.encode(sentence), language);
    EXPECT_GT(parts.size(), 10U);
    for (const WordTokens& part : parts) {
      EXPECT_THAT(part.text, Not(HasSubstr("\xEF\xBF\xBD")));
      joined += part.text;
    }
    EXPECT_EQ(joined, sentence);
  }
}

TEST(Tokenizer, WordsJoinedAreTheText) {
  const Tokenizer t = tokenizer(51865);
  // Any tokens at all, broken characters among them.
  std::uint32_t state = 1;
  for (int run = 0; run < 200; ++run) {
    std::vector<Token> any;
    for (int i = 0; i < 30; ++i) {
      state = state * 1664525U + 1013904223U;
      any.push_back(static_cast<Token>(state >> 8) % (run % 2 == 0 ? 50257 : 256));
    }
    for (const char* language : {"en", "ja"}) {
      std::string joined;
      std::size_t count = 0;
      for (const WordTokens& word : t.split_words(any, language)) {
        joined += word.text;
        count += word.tokens.size();
      }
      EXPECT_EQ(joined, t.decode(any));
      EXPECT_EQ(count, any.size());
    }
  }
}

}  // namespace
}  // namespace decibit::whisper
