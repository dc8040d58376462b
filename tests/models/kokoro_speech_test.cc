// SPDX-License-Identifier: Apache-2.0
// What surrounds Kokoro's network: how phonemes are cut and numbered, voices and their blends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "command_line.h"
#include "core/utf8.h"
#include "host_tensors.h"
#include "io/byte_source.h"
#include "models/kokoro/chunks.h"
#include "models/kokoro/phoneme_spelling.h"
#include "models/kokoro/vendored_voices.h"
#include "models/kokoro/vocabulary.h"
#include "models/kokoro/voice.h"
#include "models/kokoro/voice_files.h"
#include "models/styletts2/random.h"

namespace decibit {
namespace {

using kokoro::parse_voice;
using kokoro::Vocabulary;
using kokoro::Voice;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScratchFolder;

std::u32string repeated(std::u32string_view text, int times) {
  std::u32string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// Added `piece` symbols at a time.
std::vector<std::u32string> split_phonemes(std::u32string_view phonemes,
                                           std::size_t piece = std::u32string::npos) {
  kokoro::Chunker chunker({});
  kokoro::PhonemeChunk chunk;
  std::vector<std::u32string> chunks;
  const auto take = [&] {
    while (chunker.take(chunk)) {
      EXPECT_EQ(chunk.words.size(), chunk.phonemes.size());
      chunks.push_back(chunk.phonemes);
    }
  };
  for (; !phonemes.empty(); phonemes.remove_prefix(std::min(piece, phonemes.size()))) {
    chunker.add(phonemes.substr(0, piece), 0);
    take();
  }
  chunker.end_passage();
  take();
  return chunks;
}

TEST(KokoroChunks, CutsAtSentencesThenClauses) {
  EXPECT_TRUE(split_phonemes(U"").empty());
  EXPECT_TRUE(split_phonemes(U"   ").empty());
  EXPECT_THAT(split_phonemes(U" hˈI. "), ElementsAre(U"hˈI."));
  // The first ends at the first mark past 40, with what closes after it.
  const std::u32string sentence = repeated(U"a", 30) + U". ";
  const auto chunks = split_phonemes(repeated(sentence, 3) + repeated(U"b", 20) + U"\u201D");
  ASSERT_EQ(chunks.size(), 2u);
  EXPECT_EQ(chunks[0].size(), 30u + 2 + 31);
  // Later ones are filled to 300 at ends of sentences, not at commas.
  const std::u32string with_commas = repeated(U"a", 20) + U", " + repeated(U"b", 50) + U". ";
  const auto many = split_phonemes(repeated(with_commas, 20));
  for (std::size_t i = 1; i < many.size(); ++i) {
    EXPECT_EQ(many[i].back(), U'.');
    EXPECT_LE(many[i].size(), 300u);
    EXPECT_TRUE(i + 1 == many.size() || many[i].size() > 200u);
  }
}

TEST(KokoroChunks, LosesNothingButSpacesAtCuts) {
  for (const std::u32string& text :
       {repeated(U"word ", 700), repeated(U"a", 1700), repeated(U"a, ", 900), repeated(U"?!", 800),
        repeated(U"x", 509) + U". y"}) {
    std::u32string all, want;
    EXPECT_EQ(split_phonemes(text, 1), split_phonemes(text));
    EXPECT_EQ(split_phonemes(text, 77), split_phonemes(text));
    for (const std::u32string& chunk : split_phonemes(text)) {
      EXPECT_FALSE(chunk.empty());
      EXPECT_LE(chunk.size(), kokoro::kMostPhonemes);
      for (const char32_t c : chunk)
        if (c != U' ') all += c;
    }
    for (const char32_t c : text)
      if (c != U' ') want += c;
    EXPECT_EQ(all, want);
  }
  EXPECT_EQ(split_phonemes(repeated(U"a", 510)).size(), 1u);
}

TEST(KokoroChunks, AreOneForEachPassageAndKnowTheirWords) {
  kokoro::Chunker chunker({});
  kokoro::PhonemeChunk chunk;
  chunker.add(U" həlˈO", 7);
  chunker.add(U"\u00A0 \n", kokoro::PhonemeChunk::kNoWord);
  chunker.add(U"mi", 8);
  EXPECT_FALSE(chunker.take(chunk));  // more of it may come
  chunker.end_passage();
  ASSERT_TRUE(chunker.take(chunk));
  EXPECT_EQ(chunk.phonemes, U"həlˈO mi");
  EXPECT_THAT(chunk.words, ElementsAre(7, 7, 7, 7, 7, kokoro::PhonemeChunk::kNoWord, 8, 8));
  EXPECT_FALSE(chunker.take(chunk));
  chunker.add(U"a", 9);
  chunker.end_passage();
  ASSERT_TRUE(chunker.take(chunk));
  EXPECT_EQ(chunk.phonemes, U"a");
}

TEST(KokoroChunks, AreSmallerForFewPositionsAndSlowSpeech) {
  EXPECT_EQ(kokoro::ChunkSizes::of(512, 1).most, 510u);
  EXPECT_EQ(kokoro::ChunkSizes::of(512, 0.5f).usual, 300u);
  EXPECT_EQ(kokoro::ChunkSizes::of(512, 0.1f).usual, 60u);
  EXPECT_EQ(kokoro::ChunkSizes::of(64, 1).most, 62u);
  EXPECT_EQ(kokoro::ChunkSizes::of(64, 1).usual, 62u);
}

Json vocabulary_config(std::string_view vocab) {
  return Json::parse(std::string("{\"vocab\": ") + std::string(vocab) + "}").value();
}

TEST(KokoroVocabulary, NumbersSymbolsAndNamesTheUnknown) {
  const auto v = Vocabulary::read(vocabulary_config(R"({"a": 43, "ɡ": 92, "ˈ": 156})"), 178);
  ASSERT_TRUE(v);
  std::u32string unknown;
  EXPECT_THAT(v->encode(U"ˈaɡ", unknown), ElementsAre(0, 156, 43, 92, 0));
  EXPECT_TRUE(unknown.empty());
  EXPECT_THAT(v->encode(v->spelled(U"'ga"), unknown), ElementsAre(0, 156, 92, 43, 0));
  EXPECT_TRUE(unknown.empty());
  EXPECT_THAT(v->encode(U"a☃a☃é", unknown), ElementsAre(0, 43, 43, 0));
  EXPECT_EQ(unknown, U"☃é");
}

struct Spelled {
  std::u32string_view written, meant;
};

class PhonemeSpelling : public ::testing::TestWithParam<Spelled> {};

TEST_P(PhonemeSpelling, IsTheVocabularys) {
  constexpr std::u32string_view kKnown =
      U" .:abcdefhijklmnopstuz\u0261\u02C8\u02D0\u1D4A\u0259\u0279\u025C"
      U"\u0303\u00E7\u0283\u02A7\u02A4\u0292\u028C\u0294";
  const auto known = [&](char32_t c) { return kKnown.find(c) != kKnown.npos; };
  EXPECT_EQ(to_utf8(kokoro::known_spelling(GetParam().written, known)), to_utf8(GetParam().meant));
}

// The first two are field report B026.
INSTANTIATE_TEST_SUITE_P(
    , PhonemeSpelling,
    ::testing::Values(Spelled{U"b\u02C8\u028C\u0294n\u0329", U"b\u02C8\u028C\u0294\u1D4An"},
                      Spelled{U"b\u0259n\u0329", U"b\u0259n"},
                      Spelled{U"l\u030D\u0329", U"\u1D4Al"}, Spelled{U" \u0329", U" "},
                      Spelled{U"g'a", U"\u0261\u02C8a"}, Spelled{U"t\u0361\u0283", U"\u02A7"},
                      Spelled{U"d\u035C\u0292a", U"\u02A4a"},
                      Spelled{U"t\u0361s", U"ts"},  // no symbol for both here
                      Spelled{U"\u0361", U""}, Spelled{U"a:b", U"a\u02D0b"},
                      Spelled{U"a: b", U"a: b"}, Spelled{U"a:", U"a:"}, Spelled{U":a", U":a"},
                      Spelled{U"c\u0327a", U"\u00E7a"}, Spelled{U"\u0327", U"\u0327"},
                      Spelled{U"\u00E3", U"a\u0303"},
                      Spelled{U"\u025A\u025D", U"\u0259\u0279\u025C\u0279"},
                      Spelled{U"\u2603", U"\u2603"}, Spelled{U"", U""}),
    [](const auto& p) { return "Case" + std::to_string(p.index); });

TEST(KokoroVocabulary, RefusesWhatIsNone) {
  for (const char* vocab :
       {"{}", "3", R"({"ab": 1})", R"({"a": 178})", R"({"a": -1})", R"({"a": "1"})"}) {
    const auto v = Vocabulary::read(vocabulary_config(vocab), 178);
    ASSERT_FALSE(v) << vocab;
    EXPECT_EQ(v.error().code, ErrorCode::kBadInput);
  }
  EXPECT_FALSE(Vocabulary::read(Json(Json::Object{}), 178));
}

TEST(KokoroVoice, ReadsBlendsInEverySpelling) {
  for (const char* text : {"a:2,b:1", "a(2)+b(1)", "a:2+b", " a(2) , b "}) {
    const auto parts = parse_voice(text);
    ASSERT_TRUE(parts) << text;
    ASSERT_EQ(parts->size(), 2u) << text;
    EXPECT_EQ((*parts)[0].name, "a");
    EXPECT_EQ((*parts)[0].weight, 2);
    EXPECT_EQ((*parts)[1].name, "b");
    EXPECT_EQ((*parts)[1].weight, 1);
  }
  for (const char* text :
       {"", ",", "a,", "a:", "a:x", "a:0", "a:-1", "a:nan", "a:inf", "a()", ":2", "a:1e999"}) {
    const auto parts = parse_voice(text);
    ASSERT_FALSE(parts) << text;
    EXPECT_EQ(parts.error().code, ErrorCode::kUsage) << text;
  }
}

class KokoroVoiceFile : public ::testing::Test {
 protected:
  std::filesystem::path raw(const std::string& name, const std::vector<float>& values) {
    std::ofstream(scratch_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(float)));
    return scratch_ / name;
  }
  std::filesystem::path safetensors(const std::string& name, Shape shape,
                                    const std::vector<float>& values) {
    testing::write_tensors(
        scratch_ / name, {{"voice", testing::host_tensor(DType::kF32, std::move(shape), values)}});
    return scratch_ / name;
  }
  ScratchFolder scratch_;
};

TEST_F(KokoroVoiceFile, GivesTheRowOfALength) {
  const auto a = Voice::read(raw("a.bin", {0, 1, 2, 3, 4, 5}), 2);
  const auto b = Voice::read(safetensors("b.safetensors", {3, 1, 2}, {6, 6, 6, 6, 6, 6}), 2);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->rows(), 3u);
  EXPECT_THAT(std::vector(a->style(1).begin(), a->style(1).end()), ElementsAre(0, 1));
  EXPECT_THAT(std::vector(a->style(3).begin(), a->style(3).end()), ElementsAre(4, 5));
  EXPECT_THAT(std::vector(a->style(9).begin(), a->style(9).end()), ElementsAre(4, 5));
  const Voice voices[] = {*a, *b};
  const double weights[] = {1, 3};
  const Voice blend = Voice::blend(voices, weights);
  EXPECT_THAT(std::vector(blend.style(2).begin(), blend.style(2).end()), ElementsAre(5, 5.25f));
}

TEST_F(KokoroVoiceFile, RefusesOtherShapesAndNumbers) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const auto& file :
       {raw("empty.bin", {}), raw("odd.bin", {1, 2, 3}), raw("nan.bin", {1, nan}),
        safetensors("wide.safetensors", {1, 1, 3}, {1, 2, 3}),
        safetensors("flat.safetensors", {2}, {1, 2}),
        safetensors("deep.safetensors", {1, 2, 2}, {1, 2, 3, 4})}) {
    const auto voice = Voice::read(file, 2);
    ASSERT_FALSE(voice) << file;
    EXPECT_EQ(voice.error().code, ErrorCode::kBadInput) << file;
    EXPECT_THAT(voice.error().message, HasSubstr(file.string()));
  }
  const auto absent = Voice::read(scratch_ / "absent.bin", 2);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
}

TEST_F(KokoroVoiceFile, AreFoundBesideTheModelThenInTheProgram) {
  constexpr std::int64_t kWidth = kokoro::kVendoredVoiceWidth;
  std::filesystem::create_directories(scratch_ / "voices");
  const std::vector<float> row(kWidth, 1);
  const auto safe = safetensors("voices/af_heart.safetensors", {1, 1, kWidth}, row);
  raw("voices/af_heart.bin", row);
  raw("voices/zf_new.bin", row);
  std::filesystem::create_symlink("am_loop.bin", scratch_ / "voices" / "am_loop.bin");
  const auto find = [&](const std::string& name) {
    return kokoro::find_voice(name, scratch_.path(), kWidth);
  };
  EXPECT_EQ(find("af_heart").value().file, safe);  // one voice twice: safetensors
  EXPECT_EQ(kokoro::read_voice(find("af_heart").value(), kWidth).value().rows(), 1u);
  EXPECT_EQ(kokoro::read_voice(find("bf_emma").value(), kWidth).value().rows(), 510u);
  EXPECT_EQ(kokoro::voice_sources(scratch_.path(), kWidth).size(),
            kokoro::vendored_voices().size() + 2);
  EXPECT_EQ(kokoro::voice_sources(scratch_.path(), 2).size(), 3u);  // carried ones do not fit

  const auto unknown = find("af_hart");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(unknown.error().hint, HasSubstr("did you mean af_heart"));
  const auto loop = kokoro::read_voice(find("am_loop").value(), kWidth);
  ASSERT_FALSE(loop);
  EXPECT_THAT(to_string(loop.error()), HasSubstr("symbolic links"));
}

TEST(KokoroVendoredVoices, AreTheFilesOfTheRepository) {
  for (const kokoro::VendoredVoice& voice : kokoro::vendored_voices()) {
    const auto file = std::filesystem::path(DECIBIT_SOURCE_DIR) / "data" / "voices" /
                      (std::string(voice.name) + ".bin");
    const auto source = open_file(file);
    ASSERT_TRUE(source) << file;
    ASSERT_EQ((*source)->size_bytes(), voice.bytes.size());
    std::vector<std::byte> bytes(voice.bytes.size());
    ASSERT_TRUE((*source)->read(0, bytes));
    EXPECT_TRUE(std::ranges::equal(bytes, voice.bytes)) << file;
  }
}

// The known answers of Random123's kat_vectors for philox4x32-10.
TEST(KokoroRandom, IsPhilox) {
  EXPECT_THAT(styletts2::philox({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u));
  EXPECT_THAT(styletts2::philox({0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu},
                                {0xffffffffu, 0xffffffffu}),
              ElementsAre(0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu));
  double sum = 0, squares = 0;
  constexpr int kCount = 100000;
  for (int i = 0; i < kCount; ++i) {
    const double x = styletts2::normal(1, 2, static_cast<std::uint64_t>(i));
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.02);
  EXPECT_NEAR(squares / kCount, 1, 0.02);
}

TEST(Utf8, ReplacesWhatIsNone) {
  EXPECT_EQ(code_points("aé€😀"), U"aé€😀");
  EXPECT_EQ(to_utf8(U"aé€😀"), "aé€😀");
  for (const char* bad : {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF8\x88\x80\x80\x80", "\xE2\x82"})
    for (const char32_t point : code_points(bad)) EXPECT_EQ(point, kReplacement) << bad;
}

}  // namespace
}  // namespace decibit
