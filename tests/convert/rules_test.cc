// SPDX-License-Identifier: Apache-2.0
// --rule: what is a rule, which one decides, and that none is silently without effect.
#include "convert/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "host_tensors.h"

namespace decibit {
namespace {
using testing::CommandRun;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::HostTensors;
using testing::read_json_file;
using testing::read_tensors;
using testing::run_convert;
using testing::ScratchFolder;

Scheme scheme(Mode mode, int bits, int group_size) { return *Scheme::make(mode, bits, group_size); }

TEST(Rules, EveryActionIsRead) {
  const auto is = [](const char* text, auto expected) {
    const auto action = parse_action(text);
    ASSERT_TRUE(action) << text;
    using Expected = decltype(expected);
    ASSERT_TRUE(std::holds_alternative<Expected>(*action)) << text;
    if constexpr (!std::is_same_v<Expected, KeepAsIs>) {
      EXPECT_EQ(std::get<Expected>(*action), expected) << text;
    }
  };
  is("4:64", scheme(Mode::kAffine, 4, 64));
  is("8:32", scheme(Mode::kAffine, 8, 32));
  is("mxfp4", scheme(Mode::kMxfp4, 4, 32));
  is("mxfp8", scheme(Mode::kMxfp8, 8, 32));
  is("nvfp4", scheme(Mode::kNvfp4, 4, 16));
  is("f32", DType::kF32);
  is("f16", DType::kF16);
  is("bf16", DType::kBF16);
  is("bfloat16", DType::kBF16);
  is("keep", KeepAsIs{});
}

TEST(Rules, NoOtherActionExists) {
  for (const char* text : {"", "4", "4:", ":64", "4:64:", "4:64x", "4: 64", "7:64", "4:48", "0:64",
                           "-4:64", "affine", "int8", "f64", "KEEP", "99999999999:64"}) {
    const auto action = parse_action(text);
    ASSERT_FALSE(action) << text;
    EXPECT_EQ(action.error().code, ErrorCode::kUsage) << text;
  }
  // The message lists what exists.
  EXPECT_THAT(parse_action("int8").error().message, HasSubstr("mxfp4"));
  EXPECT_THAT(parse_action("7:64").error().message, HasSubstr("8"));
}

TEST(Rules, TheLastEqualsSignSplits) {
  const auto rules = parse_rules({"a=b=4:64", "=x=keep"});
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_TRUE((*rules)[0].regex.search("a=b"));
  EXPECT_FALSE((*rules)[0].regex.search("a"));
  EXPECT_TRUE((*rules)[1].regex.search("=x"));
}

TEST(Rules, WhatIsNoRuleIsNamed) {
  for (const char* text :
       {"", "=", "=4:64", "decoder", "decoder.*=", "decoder.*=5:7", "(=4:64", "[a=keep"}) {
    const auto rules = parse_rules({"^fine$=keep", text});
    ASSERT_FALSE(rules) << text;
    EXPECT_EQ(rules.error().code, ErrorCode::kUsage) << text;
    EXPECT_THAT(rules.error().message, HasSubstr(std::string("'") + text + "'"));
  }
}

TEST(Rules, TheFirstMatchDecides) {
  const auto rules = parse_rules({"layers\\.1\\.=keep", "layers=4:64", "=8:64"});
  ASSERT_FALSE(rules);  // an empty expression is none
  const auto ordered = parse_rules({"layers\\.1\\.=keep", "layers=4:64"});
  ASSERT_TRUE(ordered);
  EXPECT_EQ(first_match(*ordered, "model.layers.1.x"), 0U);
  EXPECT_EQ(first_match(*ordered, "model.layers.11.x"), 1U);
  EXPECT_EQ(first_match(*ordered, "model.norm"), std::nullopt);
}

// --- through the command ------------------------------------------------------------------------

/// bits of a layer in config.json, from its own entry or the global one
int bits_of(const Json& config, const std::string& path) {
  const Json& quantization = *config.find("quantization");
  const Json* own = quantization.find(path);
  return static_cast<int>(*(own != nullptr ? *own : quantization).find("bits")->integer());
}

TEST(RulesInUse, DecideBeforeTheFlags) {
  const ScratchFolder scratch;
  const CommandRun run =
      run_convert(golden_source("q3lm"), scratch / "out",
                  {"-q", "--rule", R"(layers\.3\.=8:32)", "--rule",
                   R"(layers\.(3|4)\..*down_proj=keep)", "--rule", "lm_head=f32"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json config = read_json_file(scratch / "out" / "config.json");
  const HostTensors tensors = read_tensors(scratch / "out");
  EXPECT_EQ(bits_of(config, "model.layers.2.mlp.down_proj"), 4);
  EXPECT_EQ(bits_of(config, "model.layers.3.mlp.down_proj"), 8);  // the first rule had it
  EXPECT_FALSE(tensors.contains("model.layers.4.mlp.down_proj.scales"));
  EXPECT_EQ(tensors.at("model.layers.4.mlp.down_proj.weight"),
            read_tensors(golden_source("q3lm")).at("model.layers.4.mlp.down_proj.weight"));
  EXPECT_EQ(tensors.at("lm_head.weight").dtype, DType::kF32);
}

// The global entry of config.json is then the rule's, so that loaders quantize nothing else.
TEST(RulesInUse, QuantizeAloneWithoutQ) {
  const ScratchFolder scratch;
  const CommandRun run =
      run_convert(golden_source("q3lm"), scratch / "out", {"--rule", R"(layers\.0\.mlp=mxfp4)"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  int quantized = 0;
  for (const auto& [name, tensor] : read_tensors(scratch / "out"))
    quantized += name.ends_with(".scales") ? 1 : 0;
  EXPECT_EQ(quantized, 3);
  const Json config = read_json_file(scratch / "out" / "config.json");
  EXPECT_EQ(*config.find("quantization")->find("mode"), Json("mxfp4"));
}

// Whisper passes everything through F16; "keep" means the source's own bits.
TEST(RulesInUse, KeepMeansTheSourcesBits) {
  const ScratchFolder scratch;
  const CommandRun run =
      run_convert(golden_source("whisper"), scratch / "out",
                  {"-q", "--dtype", "bfloat16", "--rule", "token_embedding=keep"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(read_tensors(scratch / "out").at("decoder.token_embedding.weight"),
            read_tensors(golden_source("whisper")).at("model.decoder.embed_tokens.weight"));
}

TEST(RulesInUse, NoneIsSilentlyWithoutEffect) {
  const struct {
    std::vector<std::string> rules;
    const char* named;
  } cases[] = {
      {{"no_such_layer=8:64"}, "no_such_layer=8:64"},
      {{"layers=8:64", R"(layers\.0=keep)"}, R"(layers\.0=keep)"},  // the first takes all
      {{"norm=4:64"}, "norm=4:64"},                                 // nothing of it can hold codes
      {{"up_proj=4:128"}, "up_proj=4:128"},                         // K is 64
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.named);
    const ScratchFolder scratch;
    std::vector<std::string> flags = {"-q"};
    for (const std::string& rule : c.rules) flags.insert(flags.end(), {"--rule", rule});
    const CommandRun run = run_convert(golden_source("q3lm"), scratch / "out", flags);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_THAT(run.err, HasSubstr(c.named));
    EXPECT_FALSE(std::filesystem::exists(scratch / "out"));
  }
}

TEST(RulesInUse, QuantizingRulesContradictDequantize) {
  const ScratchFolder scratch;
  ASSERT_EQ(run_convert(golden_source("q3lm"), scratch / "q4", {"-q"}).exit_code, 0);
  const CommandRun run = run_convert(scratch / "q4", scratch / "out", {"-d", "--rule", "mlp=8:64"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("mlp=8:64"));
}

// A dtype that a rule gave to everything is the truth about the file as much as --dtype's.
TEST(Rules, TorchDtypeTellsWhatRulesMade) {
  const ScratchFolder scratch;
  ASSERT_EQ(run_convert(golden_source("whisper"), scratch / "out", {"--rule", ".*=bf16"}).exit_code,
            0);
  EXPECT_EQ(*read_json_file(scratch / "out/config.json").find("torch_dtype"), Json("bfloat16"));
}

}  // namespace
}  // namespace decibit
