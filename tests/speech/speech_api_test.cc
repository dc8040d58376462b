// SPDX-License-Identifier: Apache-2.0
// The public API where no model is needed: what cannot be loaded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "decibit/speech.h"
#include "host_tensors.h"
#include "io/byte_source.h"

namespace decibit {
namespace {

using ::testing::HasSubstr;

TEST(SpeechApi, SaysWhatIsWrongWithAFolder) {
  const auto absent = SpeechModel::load("/nowhere/kokoro");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(absent.error().message, HasSubstr("/nowhere/kokoro"));

  const testing::ScratchFolder empty;
  const auto nothing = SpeechModel::load(empty.path());
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(nothing.error().message, HasSubstr("no config.json"));

  const auto other = SpeechModel::load(testing::golden_source("whisper"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(other.error().message, HasSubstr("speaking needs Kokoro"));
}

TEST(SpeechApi, SaysInWhichFileTheNetworkIsWrong) {
  const auto with_hop = [](int hop) {
    const testing::ScratchFolder folder;
    const auto source = testing::copy_golden_source("kokoro", folder.path());
    std::string config = read_text(source / "config.json").value();
    const std::string usual = "\"gen_istft_hop_size\": 5";
    const std::size_t at = config.find(usual);
    EXPECT_NE(at, config.npos);
    if (at == config.npos) return std::string();
    config.replace(at, usual.size(), "\"gen_istft_hop_size\": " + std::to_string(hop));
    testing::write_text_file(source / "config.json", config);
    const auto model = SpeechModel::load(source);
    EXPECT_FALSE(model);
    EXPECT_THAT(to_string(model.error()), HasSubstr((source / "config.json").string()));
    return to_string(model.error());
  };
  EXPECT_THAT(with_hop(11), HasSubstr("windows leave gaps"));
}

TEST(SpeechApi, SaysWhichLineOfALexiconIsNone) {
  const auto model = SpeechModel::load("/nowhere", {.lexicon = "good\tɡˈʊd\nbad\n"});
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(model.error().message, HasSubstr("line 2 of the lexicon"));
}

}  // namespace
}  // namespace decibit
