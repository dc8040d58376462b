// SPDX-License-Identifier: Apache-2.0
// --verify: passes on what was written, and finds whatever became of it afterwards.
#include "convert/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "convert/plan.h"
#include "host_tensors.h"
#include "models/source_model.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::HostTensors;
using testing::read_json_file;
using testing::read_tensors;
using testing::ScratchFolder;
using testing::write_tensors;
using testing::write_text_file;

/// A conversion whose plan and measurements are kept, so that it can be verified again later.
class Verify : public ::testing::TestWithParam<Mode> {
 protected:
  void SetUp() override {
    Reporter silent;
    auto source = open_source_model(golden_source("q3lm_f32"), {}, silent);
    ASSERT_TRUE(source) << source.error().message;
    source_ = std::make_unique<SourceModel>(std::move(*source));
    options_.quantize = true;
    options_.mode = GetParam();
    auto plan = make_plan({source_->schema, source_->weights, source_->config,
                           source_->checkpoint->metadata, options_, kernels_});
    ASSERT_TRUE(plan) << plan.error().message;
    plan_ = std::move(*plan);
    fs::create_directories(folder());
    Shards shards(plan_.pieces, std::uint64_t{1} << 40);
    ASSERT_TRUE(shards.create(folder()));
    auto outcomes = stream_pieces(plan_.pieces, shards, context_);
    ASSERT_TRUE(outcomes) << outcomes.error().message;
    outcomes_ = std::move(*outcomes);
    ASSERT_TRUE(shards.finish());
    write_text_file(folder() / "model.safetensors.index.json", shards.index().dump(4));
  }

  fs::path folder() const { return scratch_ / "result"; }
  Status verify() const { return verify_result(folder(), plan_.pieces, outcomes_, context_); }

  /// Changes the written tensors; expects verification to fail and to name the tensor.
  template <class Change>
  void expect_found(const std::string& tensor, Change change) {
    HostTensors tensors = read_tensors(folder() / "model.safetensors");
    const HostTensors untouched = tensors;
    change(tensors);
    write_tensors(folder() / "model.safetensors", tensors, "mlx");
    const Status status = verify();
    ASSERT_FALSE(status) << tensor;
    EXPECT_THAT(status.error().message, HasSubstr(tensor));
    write_tensors(folder() / "model.safetensors", untouched, "mlx");
    EXPECT_TRUE(verify());
  }

  const KernelTable& kernels_ = *find_table("reference");
  ThreadPool pool_{2};
  Reporter silent_;
  StreamContext context_{pool_, kernels_, Profile::kCpu, silent_};
  ConvertOptions options_;
  std::unique_ptr<SourceModel> source_;
  Plan plan_;
  std::vector<PieceOutcome> outcomes_;
  ScratchFolder scratch_;
};

void flip(HostTensors& tensors, const std::string& name, std::size_t byte) {
  tensors.at(name).bytes.at(byte) ^= std::byte{0x08};
}

const std::string kQuantized = "model.layers.1.mlp.up_proj";

TEST_P(Verify, AcceptsWhatWasWritten) {
  const Status status = verify();
  EXPECT_TRUE(status) << status.error().message;
}

TEST_P(Verify, FindsAFlippedBit) {
  for (const char* part : {".weight", ".scales"})
    expect_found(kQuantized, [&](HostTensors& t) { flip(t, kQuantized + part, 17); });
  expect_found("model.norm.weight", [](HostTensors& t) { flip(t, "model.norm.weight", 40); });
}

TEST_P(Verify, FindsMissingTensors) {
  for (const std::string& name : {kQuantized + ".scales", std::string("model.norm.weight")})
    expect_found(name, [&](HostTensors& t) { t.erase(name); });
}

TEST_P(Verify, FindsAnIndexThatDisagrees) {
  const Json good = read_json_file(folder() / "model.safetensors.index.json");
  Json short_one = good, strange = good;
  short_one.find("weight_map")->erase("model.norm.weight");
  strange.find("weight_map")->erase("model.norm.weight");
  strange.find("weight_map")->set("model.norm.bias", "model.safetensors");
  for (const Json& index : {short_one, strange}) {
    write_text_file(folder() / "model.safetensors.index.json", index.dump(4));
    EXPECT_FALSE(verify());
  }
}

TEST_P(Verify, FindsATruncatedFile) {
  const auto size = fs::file_size(folder() / "model.safetensors");
  fs::resize_file(folder() / "model.safetensors", size - 1);
  EXPECT_FALSE(verify());
}

INSTANTIATE_TEST_SUITE_P(Modes, Verify,
                         ::testing::Values(Mode::kAffine, Mode::kMxfp4, Mode::kMxfp8, Mode::kNvfp4),
                         [](const auto& test) { return std::string(name(test.param)); });

class VerifyFlag : public ::testing::TestWithParam<std::vector<std::string>> {};

TEST_P(VerifyFlag, PassesOnEveryKindOfResult) {
  const ScratchFolder scratch;
  std::vector<std::string> flags = GetParam();
  flags.emplace_back("--verify");
  for (const char* source : {"whisper", "q2a", "q3tts"}) {
    const auto run = testing::run_convert(golden_source(source), scratch / source, flags);
    EXPECT_EQ(run.exit_code, 0) << source << ": " << run.err;
    // A quantized folder that goes through unchanged is verified as well.
    const auto again = testing::run_convert(
        scratch / source, scratch / (std::string(source) + "-again"), {"--verify"});
    EXPECT_EQ(again.exit_code, 0) << source << ": " << again.err;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Convert, VerifyFlag,
    ::testing::Values(std::vector<std::string>{}, std::vector<std::string>{"-q"},
                      std::vector<std::string>{"-q", "--q-bits", "1"},
                      std::vector<std::string>{"-q", "--q-bits", "8", "--dtype", "float16"},
                      std::vector<std::string>{"-q", "--q-mode", "nvfp4"},
                      std::vector<std::string>{"-q", "--q-profile", "metal"},
                      std::vector<std::string>{"-q", "--max-shard-size", "64kB"},
                      std::vector<std::string>{"-q", "--quant-predicate", "mixed_2_6"}));

}  // namespace
}  // namespace decibit
