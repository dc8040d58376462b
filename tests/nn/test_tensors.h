// SPDX-License-Identifier: Apache-2.0
// Tensors in memory, for binding.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "../kernels/test_matrix.h"
#include "io/tensor.h"
#include "nn/weights.h"

namespace decibit::testing {

class TestTensors {
 public:
  Tensor& add(std::string name, DType dtype, Shape shape, const std::vector<std::byte>& bytes) {
    auto tensor = std::make_unique<Tensor>();
    tensor->name = std::move(name);
    tensor->dtype = dtype;
    tensor->shape = std::move(shape);
    tensor->source = memory_source("test", bytes);
    tensors_.push_back(std::move(tensor));
    return *tensors_.back();
  }

  /// A dense weight; `values` are stored as `dtype`.
  void add_dense(const std::string& name, DType dtype, Shape shape,
                 const std::vector<float>& values) {
    std::vector<std::byte> bytes = TestMatrix::stored(dtype, values);
    bytes.erase(bytes.begin());
    weights_.push_back(dense_weight(add(name, dtype, std::move(shape), bytes)));
  }

  void add_quantized(const std::string& name, const Scheme& scheme, std::int64_t n, std::int64_t k,
                     std::mt19937& random) {
    const TestMatrix m = TestMatrix::quantized(scheme, DType::kF16, n, k, random);
    const auto part = [](const std::vector<std::byte>& v) {
      return std::vector<std::byte>(v.begin() + 1, v.end());
    };
    const Shape groups = {n, scheme.groups_per_row(k)};
    Weight w;
    w.name = name;
    w.tensor = &add(name, DType::kU32, {n, scheme.words_per_row(k)}, part(m.codes));
    w.scales = &add(name + "_scales", scheme.has_biases() ? DType::kF16 : DType::kU8, groups,
                    part(m.scales));
    if (scheme.has_biases()) w.biases = &add(name + "_biases", DType::kF16, groups, part(m.biases));
    w.scheme = scheme;
    w.shape = {n, k};
    w.dtype = DType::kF16;
    weights_.push_back(std::move(w));
  }

  const std::vector<Weight>& weights() const { return weights_; }

 private:
  std::vector<std::unique_ptr<Tensor>> tensors_;
  std::vector<Weight> weights_;
};

}  // namespace decibit::testing
