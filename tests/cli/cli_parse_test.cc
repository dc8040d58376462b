// SPDX-License-Identifier: Apache-2.0
// Words to values: every spelling that mlx-audio's users type, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/parse.h"
#include "cli/paths.h"
#include "cli/units.h"

namespace decibit::cli {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const Command& convert() { return *find_command("convert"); }
const Command& inspect() { return *find_command("inspect"); }

Values parsed(const Command& command, std::vector<std::string> words) {
  auto values = parse(command, std::move(words));
  EXPECT_TRUE(values) << to_string(values.error());
  return values ? std::move(*values) : Values();
}

Error refused(const Command& command, std::vector<std::string> words) {
  auto values = parse(command, std::move(words));
  EXPECT_FALSE(values);
  if (values) return {};
  EXPECT_EQ(values.error().code, ErrorCode::kUsage);
  return values.error();
}

TEST(CliParse, UnderscoresAndHyphensAreTheSameInFlagNamesOnly) {
  EXPECT_THAT(
      normalise_flag_names(
          {"--hf_path=a_b", "--q_bits", "4", "--rule", "x_y=keep", "--", "--not_a_flag"}),
      ElementsAre("--hf-path=a_b", "--q-bits", "4", "--rule", "x_y=keep", "--", "--not_a_flag"));
  const Values values = parsed(
      convert(), {"--hf_path=my_model", "--mlx-path", "out_dir", "--q_group-size", "64", "-q"});
  EXPECT_EQ(values.get("--hf-path"), "my_model");
  EXPECT_EQ(values.get("--mlx-path"), "out_dir");
  EXPECT_EQ(values.get("--q-group-size"), "64");
  EXPECT_TRUE(values.given("--quantize"));
}

TEST(CliParse, ShortFlagsMayBeJoined) {
  const Values values = parsed(convert(), {"-qd", "--hf-path", "x"});
  EXPECT_TRUE(values.given("--quantize"));
  EXPECT_TRUE(values.given("--dequantize"));
}

TEST(CliParse, SwitchesTakeTheirOwnValuesOnly) {
  const Command& transcribe = *find_command("transcribe");
  const Values on = parsed(transcribe, {"a.wav", "--words", "b.wav", "--highlight_words", "-v"});
  EXPECT_THAT(on.all("FILE"), ElementsAre("a.wav", "b.wav"));
  EXPECT_EQ(on.get("--word-timestamps"), "true");
  EXPECT_EQ(on.get("--highlight-words"), "true");
  EXPECT_EQ(on.get("--verbose"), "true");
  const Values off = parsed(transcribe, {"--word_timestamps", "False", "a.wav", "-v", "false",
                                         "--condition-on-previous-text=False"});
  EXPECT_THAT(off.all("FILE"), ElementsAre("a.wav"));
  EXPECT_EQ(off.get("--word-timestamps"), "false");
  EXPECT_EQ(off.get("--verbose"), "false");
  EXPECT_FALSE(switched_on(off, "--condition-on-previous-text", true));
  EXPECT_TRUE(switched_on(off, "--highlight-words", true));
  EXPECT_THAT(refused(transcribe, {"a.wav", "--words=maybe"}).hint, HasSubstr("true, false"));
  EXPECT_THAT(parsed(transcribe, {"--", "--words"}).all("FILE"), ElementsAre("--words"));
}

TEST(CliParse, AliasesAreFlagsOfTheTable) {
  const Command& transcribe = *find_command("transcribe");
  const Values values = parsed(transcribe, {"a.wav", "--initial_prompt", "Hm",
                                            "--output_format=srt", "--max-line-len", "42"});
  EXPECT_EQ(values.get("--prompt"), "Hm");
  EXPECT_EQ(values.get("--format"), "srt");
  EXPECT_EQ(values.get("--max-line-width"), "42");
}

TEST(CliParse, RepeatableFlagsKeepTheirOrderAndOthersTheirLastValue) {
  const Values values = parsed(
      convert(), {"--hf-path", "a", "--rule", "x=keep", "--hf-path", "b", "--rule", "y=8:32"});
  EXPECT_THAT(values.all("--rule"), ElementsAre("x=keep", "y=8:32"));
  EXPECT_EQ(values.get("--hf-path"), "b");
}

TEST(CliParse, ValuesAreNeverTakenApart) {
  // The parser library underneath would take brackets for a list.
  EXPECT_EQ(parsed(inspect(), {"m", "--tensors=[ab]"}).get("--tensors"), "[ab]");
  EXPECT_EQ(parsed(inspect(), {"[dir]"}).get("PATH"), "[dir]");
  EXPECT_EQ(parsed(convert(), {"--hf-path", "a", "--rule", "a=b=keep"}).get("--rule"), "a=b=keep");
  EXPECT_EQ(parsed(convert(), {"--hf-path", "a b,c"}).get("--hf-path"), "a b,c");
  EXPECT_EQ(parsed(inspect(), {"--", "--dir"}).get("PATH"), "--dir");
}

TEST(CliParse, AnOptionalValueMayBeMissing) {
  const Values without = parsed(inspect(), {"m", "--tensors"});
  EXPECT_TRUE(without.given("--tensors"));
  EXPECT_EQ(without.get("--tensors"), "");
  EXPECT_EQ(parsed(inspect(), {"m", "--tensors", "fc1"}).get("--tensors"), "fc1");
  EXPECT_EQ(parsed(inspect(), {"--tensors", "fc1", "m"}).get("PATH"), "m");
  const Values only_word = parsed(inspect(), {"--tensors", "m"});
  EXPECT_EQ(only_word.get("PATH"), "m");
  EXPECT_TRUE(only_word.given("--tensors"));
  EXPECT_EQ(only_word.get("--tensors"), "");
}

TEST(CliParse, UnknownFlagsGetTheNearestNames) {
  const Error error = refused(convert(), {"--hf-path", "x", "--q-bit", "4"});
  EXPECT_THAT(error.message, HasSubstr("--q-bit"));
  EXPECT_THAT(error.hint, HasSubstr("--q-bits"));
  EXPECT_THAT(refused(convert(), {"--frobnicate"}).hint, HasSubstr("decibit convert --help"));
  EXPECT_THAT(refused(convert(), {"-x"}).message, HasSubstr("-x"));
}

TEST(CliParse, ValuesOutsideTheTableAreRefusedWithTheTable) {
  for (const char* bits : {"0", "7", "four", "4.0", ""}) {
    const Error error = refused(convert(), {"--hf-path", "x", "-q", "--q-bits", bits});
    EXPECT_THAT(error.hint, HasSubstr("1, 2, 3, 4, 5, 6, 8")) << bits;
  }
  EXPECT_THAT(refused(convert(), {"--hf-path", "x", "--q-mode", "mxfp3"}).hint, HasSubstr("mxfp4"));
  EXPECT_THAT(refused(convert(), {"--hf-path", "x", "--dtype", "f32"}).hint, HasSubstr("float32"));
}

TEST(CliParse, AFlagWithoutItsValueIsToldWhatIsPossible) {
  const std::vector<std::vector<std::string>> endings = {
      {"--q-bits"}, {"--q-bits", "--q-mode", "affine"}, {"--q_bits", "-q"}, {"--q-bits", "--"}};
  for (std::vector<std::string> words : endings) {
    words.insert(words.begin(), {"--hf-path", "x", "-q"});
    EXPECT_EQ(refused(convert(), words).message,
              "--q-bits needs a value: one of 1, 2, 3, 4, 5, 6, 8");
  }
  EXPECT_EQ(refused(convert(), {"--hf-path", "--json"}).message, "--hf-path needs a value: DIR");
  EXPECT_EQ(parsed(convert(), {"--hf-path", "x", "--threads", "-1"}).get("--threads"), "-1");
}

TEST(CliParse, NumbersAreNotGuessedAt) {
  const auto hint = [](const char* flag, const char* value) {
    return refused(convert(), {"--hf-path", "x", flag, value}).hint;
  };
  EXPECT_THAT(hint("--q-bits", "7"), Not(HasSubstr("mean")));
  EXPECT_THAT(hint("--q-mode", "mxfp3"), HasSubstr("did you mean mxfp4?"));
}

TEST(CliParse, WhatIsMissingOrTooManyIsNamed) {
  EXPECT_THAT(refused(convert(), {"-q"}).message, HasSubstr("--hf-path is missing"));
  EXPECT_THAT(refused(convert(), {"--hf-path"}).message, HasSubstr("--hf-path"));
  EXPECT_THAT(refused(convert(), {"--hf-path", "x", "stray"}).message, HasSubstr("\"stray\""));
  EXPECT_THAT(refused(convert(), {"--hf-path", "x", "--quantize=maybe"}).message,
              HasSubstr("--quantize"));
}

TEST(CliParse, AMissingArgumentIsShownWithItsChoices) {
  EXPECT_THAT(refused(*find_command("completion"), {}).hint, HasSubstr("bash|zsh|fish"));
}

TEST(CliParse, HelpNeedsNothingElse) {
  EXPECT_TRUE(parsed(convert(), {"--help"}).given("--help"));
  EXPECT_TRUE(parsed(convert(), {"-h"}).given("--help"));
}

TEST(CliParse, SizesAreReadInBothKindsOfUnits) {
  const auto size = [](const char* text) {
    return parse_size("--max-shard-size", text).value_or(0);
  };
  EXPECT_EQ(size("5GB"), 5'000'000'000u);
  EXPECT_EQ(size("500MB"), 500'000'000u);
  EXPECT_EQ(size("500 mb"), 500'000'000u);
  EXPECT_EQ(size("4GiB"), std::uint64_t{4} << 30);
  EXPECT_EQ(size("1.5kB"), 1500u);
  EXPECT_EQ(size("123"), 123u);
  for (const char* wrong : {"", "0", "-1GB", "GB", "5XB", "5GB5", "1e400GB", "nan", "99999999TB"}) {
    EXPECT_EQ(size(wrong), 0u) << wrong;
  }
}

TEST(CliParse, HubNamesAreToldFromPaths) {
  for (const char* name : {"org/name", "mlx-community/Kokoro-82M-bf16", "org/name@main"}) {
    EXPECT_TRUE(looks_like_hub_name(name)) << name;
  }
  for (const char* path :
       {"./name", "../name", "/name", "~/name", "name", "a/b/c", "org/", "/x/y"}) {
    EXPECT_FALSE(looks_like_hub_name(path)) << path;
  }
}

}  // namespace
}  // namespace decibit::cli
