// SPDX-License-Identifier: Apache-2.0
// Recipes on every model: low and high bits where the transformer stacks say, and an entry of its
// own in config.json for every quantized layer, which is how mlx-audio writes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "command_line.h"
#include "convert/plan.h"
#include "host_tensors.h"
#include "models/source_model.h"
#include "quant/recipe.h"

namespace decibit {
namespace {
using testing::CommandRun;
using testing::golden_source;
using testing::read_json_file;
using testing::run_convert;
using testing::ScratchFolder;

class RecipeOnModel : public ::testing::TestWithParam<const char*> {};

TEST_P(RecipeOnModel, GivesEveryQuantizedLayerAnEntry) {
  Reporter silent;
  const auto source = open_source_model(golden_source(GetParam()), {}, silent);
  ASSERT_TRUE(source) << source.error().message;
  for (const Recipe& recipe : all_recipes()) {
    SCOPED_TRACE(recipe.name);
    ConvertOptions options;
    options.quantize = true;
    options.recipe = recipe.name;
    const KernelTable& kernels = *find_table("reference");
    const auto plan = make_plan({source->schema, source->weights, source->config,
                                 source->checkpoint->metadata, options, kernels});
    ASSERT_TRUE(plan) << plan.error().message;
    std::set<std::string> with_entry, quantized;
    std::set<int> bits;
    for (const QuantizedLayer& layer : plan->layers) {
      with_entry.insert(layer.path);
      bits.insert(layer.scheme.bits());
      EXPECT_EQ(layer.scheme.group_size(), 64) << layer.path;
      EXPECT_EQ(layer.scheme.mode(), Mode::kAffine) << layer.path;
    }
    for (const Piece& piece : plan->pieces)
      if (piece.scheme) quantized.insert(layer_path(piece.name));
    EXPECT_EQ(with_entry, quantized);
    EXPECT_EQ(bits, (std::set<int>{recipe.low_bits, recipe.high_bits}));
  }
}

INSTANTIATE_TEST_SUITE_P(Recipes, RecipeOnModel,
                         ::testing::Values("kokoro", "kitten", "whisper", "vxrt", "vx", "q3tts",
                                           "pk_tdt", "q3asr", "q3fa", "q2a", "q3lm"));

TEST(Recipes, AreKnownByTheirNamesOnly) {
  const ScratchFolder scratch;
  const CommandRun run = run_convert(golden_source("whisper"), scratch / "out",
                                     {"-q", "--quant-predicate", "mixed_5_7"});
  EXPECT_EQ(run.exit_code, 2);
  for (const Recipe& recipe : all_recipes())
    EXPECT_THAT(run.err, ::testing::HasSubstr(std::string(recipe.name)));
}

TEST(Recipes, ARuleComesBeforeTheRecipe) {
  const ScratchFolder scratch;
  const CommandRun run = run_convert(
      golden_source("whisper"), scratch / "out",
      {"-q", "--quant-predicate", "mixed_4_6", "--rule", R"(encoder\.blocks\.0\.mlp2=8:32)"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json config = read_json_file(scratch / "out" / "config.json");
  const Json* layer = config.find("quantization")->find("encoder.blocks.0.mlp2");
  ASSERT_NE(layer, nullptr);
  EXPECT_EQ(*layer->find("bits"), Json(8));
  EXPECT_EQ(*layer->find("group_size"), Json(32));
}

}  // namespace
}  // namespace decibit
