// SPDX-License-Identifier: Apache-2.0
// Three tensors as one weight: the scheme follows from the tensors, the config only decides where
// they allow several, and what fits nothing is listed.
#include "nn/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "host_tensors.h"

namespace decibit {
namespace {
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::HostTensor;
using testing::HostTensors;
using testing::ScratchFolder;

HostTensor zeros(DType dtype, Shape shape) {
  const auto bytes = static_cast<std::size_t>(*size_bytes(shape, dtype));
  return {dtype, std::move(shape), std::vector<std::byte>(bytes)};
}

/// The tensors of a layer "X" of 4 rows of k weights.
HostTensors layer(const Scheme& scheme, std::int64_t k, DType scales = DType::kF16) {
  HostTensors tensors;
  const Shape groups = {4, scheme.groups_per_row(k)};
  tensors["X.weight"] = zeros(DType::kU32, {4, scheme.words_per_row(k)});
  tensors["X.scales"] = zeros(scheme.has_biases() ? scales : DType::kU8, groups);
  if (scheme.has_biases()) tensors["X.biases"] = zeros(scales, groups);
  return tensors;
}

class Grouping : public ::testing::Test {
 protected:
  Result<std::vector<Weight>> group(const HostTensors& tensors, const Json& config) {
    testing::write_tensors(scratch_ / "model.safetensors", tensors);
    Reporter silent;
    auto opened = open_checkpoint(scratch_.path(), silent);
    if (!opened) return Unexpected(opened.error());
    checkpoint_ = std::move(*opened);
    return group_weights(checkpoint_, config);
  }

  /// group() must fail; its message
  std::string refusal(const HostTensors& tensors, const Json& config = Json::Object{}) {
    const auto weights = group(tensors, config);
    if (weights) return "accepted";
    EXPECT_EQ(weights.error().code, ErrorCode::kBadInput);
    return weights.error().message;
  }

  ScratchFolder scratch_;
  Checkpoint checkpoint_;
};

Json quantization(const Scheme& scheme) {
  return Json::Object{{"quantization", Json::Object{{"bits", scheme.bits()},
                                                    {"group_size", scheme.group_size()},
                                                    {"mode", name(scheme.mode())}}}};
}

TEST_F(Grouping, EverySchemeIsReadBack) {
  for (const Scheme& scheme : all_schemes()) {
    SCOPED_TRACE(std::string(name(scheme.mode())) + " " + to_string(scheme));
    const auto weights = group(layer(scheme, 256), quantization(scheme));
    ASSERT_TRUE(weights) << weights.error().message;
    ASSERT_EQ(weights->size(), 1U);
    const Weight& weight = weights->front();
    EXPECT_EQ(weight.name, "X.weight");
    EXPECT_EQ(weight.scheme, scheme);
    EXPECT_EQ(weight.shape, (Shape{4, 256}));
    EXPECT_EQ(weight.elements(), 1024);
    EXPECT_EQ(weight.dtype, scheme.has_biases() ? DType::kF16 : DType::kBF16);
    EXPECT_EQ(weight.biases != nullptr, scheme.has_biases());
    std::uint64_t bytes = 0;
    for (const auto& [name, tensor] : layer(scheme, 256)) bytes += tensor.bytes.size();
    EXPECT_EQ(weight.stored_bytes(), bytes);
  }
}

TEST_F(Grouping, FpModesNeedNoConfig) {
  for (const Mode mode : {Mode::kMxfp4, Mode::kMxfp8, Mode::kNvfp4}) {
    const Scheme scheme = *Scheme::make(mode, std::nullopt, std::nullopt);
    const auto weights = group(layer(scheme, 256), Json::Object{});
    ASSERT_TRUE(weights) << weights.error().message;
    EXPECT_EQ(weights->front().scheme, scheme);
  }
}

TEST_F(Grouping, ALayersOwnEntryComesBeforeTheGlobalOne) {
  const Scheme own = *Scheme::make(Mode::kAffine, 8, 32);
  Json config = quantization(*Scheme::make(Mode::kAffine, 4, 64));
  config.find("quantization")->set("X", Json::Object{{"bits", 8}, {"group_size", 32}});
  auto weights = group(layer(own, 256), config);
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ(weights->front().scheme, own);
  // false as an entry means: not quantized; the tensors say otherwise, so the global one is asked.
  config.find("quantization")->set("X", false);
  weights = group(layer(own, 256), config);
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ(weights->front().shape, (Shape{4, 512}));
}

TEST_F(Grouping, TheOldKeyIsReadToo) {
  const Scheme scheme = *Scheme::make(Mode::kAffine, 8, 32);
  const Json config =
      Json::Object{{"quantization_config", *quantization(scheme).find("quantization")}};
  const auto weights = group(layer(scheme, 256), config);
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ(weights->front().scheme, scheme);
}

TEST_F(Grouping, DenseTensorsAreLeftAsTheyAre) {
  HostTensors tensors;
  tensors["X.weight"] = zeros(DType::kBF16, {4, 64});
  tensors["X.biases"] = zeros(DType::kBF16, {4});    // no codes: an ordinary name
  tensors["Y.scales"] = zeros(DType::kF32, {3});     // likewise
  tensors["Z.weight"] = zeros(DType::kU32, {4, 8});  // words without scales: nothing is known
  const auto weights = group(tensors, Json::Object{});
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ(weights->size(), tensors.size());
  for (const Weight& weight : *weights) EXPECT_FALSE(weight.scheme) << weight.name;
}

TEST_F(Grouping, WhatDoesNotBelongTogetherIsNamed) {
  const Scheme scheme = *Scheme::make(Mode::kAffine, 4, 64);
  const HostTensors good = layer(scheme, 256);
  const auto changed = [&](const char* name, HostTensor tensor) {
    HostTensors tensors = good;
    tensors[name] = std::move(tensor);
    return tensors;
  };
  const Json config = quantization(scheme);
  EXPECT_THAT(refusal(changed("X.scales", zeros(DType::kF16, {3, 4})), config),
              AllOf(HasSubstr("X.weight"), HasSubstr("[3, 4]")));
  EXPECT_THAT(refusal(changed("X.biases", zeros(DType::kF16, {4, 5})), config),
              HasSubstr("do not belong together"));
  EXPECT_THAT(refusal(changed("X.biases", zeros(DType::kF32, {4, 4})), config),
              HasSubstr("do not belong together"));
  EXPECT_THAT(refusal(changed("X.weight", zeros(DType::kU32, {4, 31})), config),
              HasSubstr("no quantization scheme"));
  EXPECT_THAT(refusal(changed("X.scales", zeros(DType::kI32, {4, 4})), config), HasSubstr("I32"));
  HostTensors without_biases = good;
  without_biases.erase("X.biases");
  EXPECT_THAT(refusal(without_biases, config), HasSubstr("no quantization scheme"));
}

TEST_F(Grouping, AllTroubleIsListedAtOnce) {
  HostTensors tensors;
  for (int i = 0; i < 12; ++i) {
    const std::string path = "layer" + std::to_string(i);
    tensors[path + ".weight"] = zeros(DType::kU32, {4, 31});
    tensors[path + ".scales"] = zeros(DType::kF16, {4, 4});
  }
  const std::string message = refusal(tensors);
  EXPECT_THAT(message, AllOf(HasSubstr("12 quantized layers"), HasSubstr("layer0.weight"),
                             HasSubstr("...")));
}

}  // namespace
}  // namespace decibit
