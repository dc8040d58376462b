// SPDX-License-Identifier: Apache-2.0
// Binding finds every problem of a folder and says all of them at once; what fits is used in place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/binder.h"
#include "nn/conv1d.h"
#include "nn/linear.h"
#include "test_tensors.h"

namespace decibit {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TestTensors;

std::vector<float> counting(std::int64_t n) {
  std::vector<float> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return values;
}

float element(const Matrix& m, std::int64_t i) {
  return load_element(m.dtype(), reinterpret_cast<const std::byte*>(m.view().data),
                      static_cast<std::size_t>(i));
}

Scheme four_bits() {
  for (const Scheme& s : all_schemes())
    if (to_string(s) == "4:64") return s;
  return all_schemes().front();
}

class Binding : public ::testing::Test {
 protected:
  std::string error(WeightBinder& binder) {
    const Status status = binder.finish("model in folder");
    return status ? std::string() : status.error().message;
  }
  TestTensors tensors_;
  WeightMemory memory_;
  std::mt19937 random_{1};
};

TEST_F(Binding, UsesWeightsInPlace) {
  tensors_.add_dense("a.weight", DType::kBF16, {4, 8}, counting(32));
  tensors_.add_dense("a.bias", DType::kF16, {4}, {1, 2, 3, 4});
  tensors_.add_quantized("q.weight", four_bits(), 3, 128, random_);
  WeightBinder binder(tensors_.weights(), memory_);
  const Linear a = Linear::bind(binder, "a", 4, 8);
  const Linear q = Linear::bind(binder, "q", 3, 128, Bias::kNo);
  EXPECT_EQ(error(binder), "");
  EXPECT_EQ(element(a.weight(), 9), 9);
  EXPECT_THAT(std::vector(a.bias(), a.bias() + 4), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(q.weight().scheme(), four_bits());
  EXPECT_EQ(q.bias(), nullptr);
  EXPECT_EQ(memory_.owned_bytes(), 16u);  // the bias as floats
}

TEST_F(Binding, PutsDepthwiseWeightsTapByTap) {
  tensors_.add_dense("depthwise.weight", DType::kF32, {2, 1, 3}, counting(6));
  WeightBinder binder(tensors_.weights(), memory_);
  const auto lanes = binder.depthwise("depthwise.weight", 2, 3);
  EXPECT_EQ(error(binder), "");
  EXPECT_THAT(std::vector(lanes.begin(), lanes.end()), ElementsAre(0, 3, 1, 4, 2, 5));
}

TEST_F(Binding, CopiesWhatIsStridedOrDouble) {
  tensors_.add_dense("strided.weight", DType::kF32, {2, 2, 3}, counting(12));
  std::vector<std::byte> doubles(2 * sizeof(double));
  const double values[] = {0.5, 1e-50};
  std::memcpy(doubles.data(), values, sizeof values);
  const Tensor& f64 = tensors_.add("f64.weight", DType::kF64, {1, 2}, doubles);
  std::vector<Weight> weights = tensors_.weights();
  Tensor strided = *weights[0].tensor;
  strided.strides = {6, 1, 2};  // as PyTorch has [2, 3, 2]
  weights[0].tensor = &strided;
  weights.push_back(dense_weight(f64));
  WeightBinder binder(weights, memory_);
  const Matrix a = binder.conv("strided.weight", 2, 2, 3);
  const Matrix b = binder.matrix("f64.weight", 1, 2);
  EXPECT_EQ(error(binder), "");
  EXPECT_EQ(element(a, 1), 2);
  EXPECT_EQ(element(a, 9), 7);
  EXPECT_EQ(element(b, 0), 0.5f);
  EXPECT_EQ(element(b, 1), 0);
}

TEST_F(Binding, SaysAllThatIsWrongAtOnce) {
  tensors_.add_dense("short.weight", DType::kF32, {4, 7}, counting(28));
  tensors_.add_dense("integers.weight", DType::kI32, {4, 8}, {});
  tensors_.add_dense("odd.bias", DType::kF32, {5}, counting(5));
  tensors_.add_dense("unknown.weight", DType::kF32, {1}, {1});
  tensors_.add_dense("position_ids", DType::kF32, {1}, {1});
  tensors_.add_quantized("conv.weight", four_bits(), 2, 192, random_);
  WeightBinder binder(tensors_.weights(), memory_);
  EXPECT_EQ(binder.matrix("absent.weight", 4, 8).n(), 0);
  EXPECT_EQ(binder.matrix("short.weight", 4, 8).n(), 0);
  EXPECT_EQ(binder.matrix("integers.weight", 4, 8).n(), 0);
  EXPECT_TRUE(binder.vector("odd.bias", 4).empty());
  EXPECT_EQ(binder.conv("conv.weight", 2, 4, 48).n(), 0);
  binder.skip("position_ids");
  const std::string message = error(binder);
  EXPECT_THAT(message, HasSubstr("model in folder: 6 weights cannot be used:"));
  EXPECT_THAT(message, HasSubstr("absent.weight: missing"));
  EXPECT_THAT(message, HasSubstr("short.weight: expected [4, 8], quantized or F32, F16, BF16; "
                                 "found F32 [4, 7]"));
  EXPECT_THAT(message, HasSubstr("integers.weight: expected [4, 8]"));
  EXPECT_THAT(message, HasSubstr("odd.bias: expected 4 values"));
  EXPECT_THAT(message, HasSubstr("conv.weight: 48 inputs a tap are no multiple of the group size"));
  EXPECT_THAT(message, HasSubstr("unknown.weight: not part of the model"));
}

}  // namespace
}  // namespace decibit
