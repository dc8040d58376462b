// SPDX-License-Identifier: Apache-2.0
// A file for each paragraph, and nothing of the user's is lost.
#include "io/audio_folder.h"

#include <gmock/gmock.h>

#include <fstream>

#include "io/byte_source.h"
#include "sound.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::read_sound;
using testing::tone;
using ::testing::UnorderedElementsAre;

using AudioFolderTest = testing::SoundTest;

constexpr AudioEncoding kWav = {AudioFormat::kWav, 24000, 24000};

Status speak(AudioSink& sink, std::size_t paragraphs) {
  for (std::size_t i = 0; i < paragraphs; ++i) {
    TRY(sink.write(tone()));
    TRY(sink.end_paragraph());
  }
  return sink.finish();
}

TEST_F(AudioFolderTest, HoldsAFileForEachParagraph) {
  auto folder = AudioFolder::create(folder_ / "new/book", kWav, false);
  ASSERT_TRUE(folder) << folder.error().message;
  ASSERT_TRUE(folder->write(tone()));
  ASSERT_TRUE(folder->write(std::vector<float>(500, 0.1f)));
  ASSERT_TRUE(folder->end_paragraph());
  EXPECT_TRUE(fs::exists(folder_ / "new/book/0001.wav")) << "can be heard while others are made";
  ASSERT_TRUE(folder->end_paragraph());  // nothing was said in this one
  ASSERT_TRUE(folder->write({}));
  ASSERT_TRUE(folder->end_paragraph());
  ASSERT_TRUE(folder->write(std::vector<float>{2.0f, 0.1f}));
  ASSERT_TRUE(folder->finish());
  EXPECT_EQ(folder->files(), 2u);
  EXPECT_EQ(folder->clipped(), 1u);
  EXPECT_EQ(read_sound(folder_ / "new/book/0001.wav").samples.size(), 24500u);
  EXPECT_EQ(read_sound(folder_ / "new/book/0001.wav").sample_rate_hz, 24000);
  EXPECT_EQ(read_sound(folder_ / "new/book/0002.wav").samples.size(), 2u);
  EXPECT_FALSE(fs::exists(folder_ / "new/book/0003.wav"));
}

TEST_F(AudioFolderTest, ResamplesEachFileAlone) {
  auto folder = AudioFolder::create(folder_, {AudioFormat::kFlac, 16000, 24000}, false);
  ASSERT_TRUE(folder && speak(*folder, 2));
  const auto first = read_sound(folder_ / "0001.flac");
  EXPECT_EQ(first.samples.size(), 16000u);
  EXPECT_EQ(first.samples, read_sound(folder_ / "0002.flac").samples);
}

TEST_F(AudioFolderTest, FillsAnEmptyFolderButNoOther) {
  auto empty = AudioFolder::create(folder_, kWav, false);
  ASSERT_TRUE(empty && speak(*empty, 1));
  const auto full = AudioFolder::create(folder_, kWav, false);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(full.error().hint, HasSubstr("--force"));
  const auto file = AudioFolder::create(folder_ / "0001.wav", kWav, true);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::kUsage);
}

TEST_F(AudioFolderTest, ReplacesALongerRunAndNothingElse) {
  {
    auto longer = AudioFolder::create(folder_, {AudioFormat::kFlac, 24000, 24000}, false);
    ASSERT_TRUE(longer && speak(*longer, 3));
  }
  for (const char* mine : {"0004.txt", "4.wav", "00005.wav", "x0006.wav", "0007.wav.bak", "notes"})
    std::ofstream(folder_ / mine) << "mine";
  auto shorter = AudioFolder::create(folder_, {AudioFormat::kFlac, 24000, 24000}, true);
  ASSERT_TRUE(shorter && speak(*shorter, 1));
  EXPECT_THAT(names(), UnorderedElementsAre("0001.flac", "0004.txt", "4.wav", "00005.wav",
                                            "x0006.wav", "0007.wav.bak", "notes"));
}

TEST_F(AudioFolderTest, KeepsWholeParagraphsAndTheOldFiles) {
  for (const char* old : {"0001.wav", "0002.wav", "0003.wav"})
    std::ofstream(folder_ / old) << "old";
  auto folder = AudioFolder::create(folder_, kWav, true);
  ASSERT_TRUE(folder && folder->write(tone()) && folder->end_paragraph());
  ASSERT_TRUE(folder->write(tone()));
  EXPECT_EQ(*folder->keep_fragment(), folder_.string());
  EXPECT_EQ(fs::file_size(folder_ / "0001.wav"), 48044u);
  EXPECT_EQ(*read_text(folder_ / "0002.wav"), "old");
  EXPECT_EQ(*read_text(folder_ / "0003.wav"), "old");
  EXPECT_THAT(names(), UnorderedElementsAre("0001.wav", "0002.wav", "0003.wav"));
}

TEST_F(AudioFolderTest, GoesWhenNoFileCameIntoIt) {
  {
    auto folder = AudioFolder::create(folder_ / "a/b/c/", kWav, false);
    ASSERT_TRUE(folder && folder->write(tone()));
    EXPECT_TRUE(fs::is_directory(folder_ / "a/b/c"));
    EXPECT_EQ(*folder->keep_fragment(), "");
  }
  EXPECT_TRUE(names().empty());
  fs::create_directory(folder_ / "mine");
  { ASSERT_TRUE(AudioFolder::create(folder_ / "mine", kWav, false)); }
  EXPECT_THAT(names(), UnorderedElementsAre("mine"));
}

TEST_F(AudioFolderTest, LeavesNoFolderWhereTheLastCannotBeMade) {
  const std::string too_long(300, 'x');
  const auto folder = AudioFolder::create(folder_ / "a/b" / too_long, kWav, false);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("cannot make the folder"));
  EXPECT_TRUE(names().empty());
}

// A run in one format says nothing about files of another.
TEST_F(AudioFolderTest, LeavesLaterFilesOfOtherFormats) {
  for (const char* old : {"0002.wav", "0002.flac", "0003.FLAC"})
    std::ofstream(folder_ / old) << "old";
  auto folder = AudioFolder::create(folder_, {AudioFormat::kFlac, 24000, 24000}, true);
  ASSERT_TRUE(folder && speak(*folder, 1));
  EXPECT_THAT(names(), UnorderedElementsAre("0001.flac", "0002.wav", "0003.FLAC"));
}

}  // namespace
}  // namespace decibit
