// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "host_tensors.h"
#include "models/whisper/alignment_heads.h"

namespace decibit::whisper {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ScratchFolder;
using testing::write_text_file;

Dims dims_of(std::int64_t width, std::int64_t audio_layers, std::int64_t text_layers,
             std::int64_t vocabulary) {
  Dims d;
  d.audio_width = d.text_width = width;
  d.audio_layers = audio_layers;
  d.text_layers = text_layers;
  d.vocabulary = vocabulary;
  return d;
}

struct Notes : Reporter {
  std::vector<std::string> notes, warnings;
  void note(std::string_view text) override { notes.emplace_back(text); }
  void warn(std::string_view text) override { warnings.emplace_back(text); }
};

class AlignmentHeads : public ::testing::Test {
 protected:
  std::vector<AlignmentHead> heads(const Dims& dims, const Json& config = {}) {
    return alignment_heads(folder_.path(), config, dims, notes_);
  }
  void write(const std::string& text) { write_text_file(folder_ / "generation_config.json", text); }
  const Dims base_ = dims_of(512, 6, 6, 51865);
  ScratchFolder folder_;
  Notes notes_;
};

TEST_F(AlignmentHeads, AreThoseOfTheGenerationConfig) {
  write(R"({"alignment_heads": [[3, 1], [5, 7], [3, 1]]})");
  EXPECT_THAT(heads(base_), ElementsAre(AlignmentHead{3, 1}, AlignmentHead{5, 7}));
  EXPECT_THAT(notes_.notes, IsEmpty());
}

// Field report B037: a distilled model that kept the list of its teacher.
TEST_F(AlignmentHeads, OutsideTheModelAreLeftOut) {
  const Dims distilled = dims_of(128, 2, 2, 256);
  write(R"({"alignment_heads": [[5, 3], [3, 1], [1, 0], [1, 2], [-1, 0], "x", [1], [1, 0.5]]})");
  EXPECT_THAT(heads(distilled), ElementsAre(AlignmentHead{1, 0}));
  EXPECT_THAT(notes_.notes, ElementsAre(HasSubstr("[5,3], [3,1], [1,2], [-1,0], \"x\"")));

  for (const char* text : {R"({"alignment_heads": [[5, 3]]})", R"({"alignment_heads": []})",
                           R"({"alignment_heads": null})", "{}", "[]"}) {
    write(text);
    notes_.notes.clear();
    EXPECT_THAT(heads(distilled), ElementsAre(AlignmentHead{1, 0}, AlignmentHead{1, 1})) << text;
    EXPECT_THAT(notes_.notes.back(), HasSubstr("all heads of layers 1 to 1")) << text;
  }
}

TEST_F(AlignmentHeads, AFileThatIsNoJsonIsAWarning) {
  write("{");
  EXPECT_EQ(heads(base_).size(), 8U);
  EXPECT_THAT(notes_.warnings, ElementsAre(HasSubstr("generation_config.json")));
}

TEST_F(AlignmentHeads, OfPublishedModels) {
  const struct {
    Dims dims;
    std::size_t count;
    AlignmentHead first, last;
  } rows[] = {
      {dims_of(384, 4, 4, 51864), 8, {1, 0}, {3, 4}},
      {dims_of(384, 4, 4, 51865), 6, {2, 2}, {3, 5}},
      {dims_of(512, 6, 6, 51864), 5, {3, 3}, {5, 7}},
      {dims_of(512, 6, 6, 51865), 8, {3, 1}, {5, 6}},
      {dims_of(768, 12, 12, 51864), 19, {6, 6}, {11, 4}},
      {dims_of(768, 12, 12, 51865), 10, {5, 3}, {10, 5}},
      {dims_of(1024, 24, 24, 51864), 18, {11, 4}, {21, 12}},
      {dims_of(1024, 24, 24, 51865), 6, {13, 15}, {23, 4}},
      {dims_of(1280, 32, 32, 51866), 10, {7, 0}, {25, 6}},
      {dims_of(1280, 32, 4, 51866), 6, {2, 4}, {3, 14}},
  };
  for (const auto& row : rows) {
    const auto found = heads(row.dims);
    ASSERT_EQ(found.size(), row.count) << row.dims.text_width;
    EXPECT_EQ(found.front(), row.first);
    EXPECT_EQ(found.back(), row.last);
    for (const AlignmentHead& h : found) {
      EXPECT_LT(h.layer, row.dims.text_layers);
      EXPECT_LT(h.head, row.dims.text_heads());
    }
  }
  EXPECT_THAT(notes_.notes, IsEmpty());
}

TEST_F(AlignmentHeads, OfTheFirstLargeModelOnlyByName) {
  const Dims large = dims_of(1280, 32, 32, 51865);
  Json config;
  EXPECT_EQ(heads(large, config).size(), 23U);
  EXPECT_THAT(notes_.notes.back(), HasSubstr("v2"));
  for (const char* name : {"openai/whisper-large", "mlx-community/whisper-large-v1-mlx"}) {
    config.set("_name_or_path", Json(name));
    EXPECT_EQ(heads(large, config).size(), 9U) << name;
    EXPECT_THAT(notes_.notes.back(), HasSubstr("v1, as config.json names it"));
  }
  config.set("_name_or_path", Json("openai/whisper-large-v2"));
  EXPECT_EQ(heads(large, config).size(), 23U);
}

TEST_F(AlignmentHeads, OfADistilledModelAreTheLastHalf) {
  const auto found = heads(dims_of(768, 12, 4, 51864));
  ASSERT_EQ(found.size(), 24U);
  EXPECT_EQ(found.front(), (AlignmentHead{2, 0}));
  EXPECT_EQ(found.back(), (AlignmentHead{3, 11}));
}

}  // namespace
}  // namespace decibit::whisper
