// SPDX-License-Identifier: Apache-2.0
// PL-BERT, which is ALBERT: one layer (or a few), run many times. Truth: transformers'
// AlbertModel, whose feed-forward has the tanh form of GELU.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/styletts2/modules.h"
#include "nn/embedding.h"
#include "nn/linear.h"
#include "nn/norm.h"

namespace decibit::styletts2 {

class Albert {
 public:
  static Albert bind(WeightBinder& binder, const AlbertDims& dims, std::int64_t tokens);

  std::int64_t positions() const { return positions_.table().n(); }
  std::int64_t width() const { return dims_.hidden; }
  /// hidden [ids.size(), width()]; at most positions() ids. `gelu`: kGeluTanh, or kGeluErf as
  /// mlx-audio has it.
  void forward(const Context& context, std::span<const std::int32_t> ids, Rows hidden,
               isa::Function gelu) const;

 private:
  struct Layer {
    Linear query, key, value, dense;
    LayerNorm attention_norm;
    Linear up, down;
    LayerNorm full_norm;
    static Layer bind(WeightBinder& binder, const std::string& path, const AlbertDims& dims);
    void forward(const Context& context, const AlbertDims& dims, Rows x, isa::Function gelu) const;
  };

  AlbertDims dims_ = {};
  Embedding words_, positions_, types_;
  LayerNorm norm_;
  Linear map_in_;
  std::vector<Layer> layers_;  // of distinct weights
};

}  // namespace decibit::styletts2
