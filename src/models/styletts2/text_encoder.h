// SPDX-License-Identifier: Apache-2.0
// What is said, without how: an embedding, convolutions with layer norm and leaky ReLU, an LSTM.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/styletts2/modules.h"
#include "models/styletts2/weight_norm.h"
#include "nn/embedding.h"
#include "nn/lstm.h"
#include "nn/norm.h"

namespace decibit::styletts2 {

class TextEncoder {
 public:
  static TextEncoder bind(WeightBinder& binder, const Dims& dims);
  /// y [ids.size(), hidden]
  void forward(const Context& context, std::span<const std::int32_t> ids, Rows y) const;

 private:
  struct Layer {
    NormedConv conv;
    LayerNorm norm;
  };
  Embedding embedding_;
  std::vector<Layer> layers_;
  Lstm lstm_;
};

}  // namespace decibit::styletts2
