// SPDX-License-Identifier: Apache-2.0
// From a folder to what a network binds: weights under the schema's names, in MLX's order of
// dimensions.
#pragma once

#include <deque>
#include <vector>

#include "core/result.h"
#include "io/tensor.h"
#include "models/source_model.h"
#include "nn/weights.h"

namespace decibit {

/// Points into the SourceModel and into itself; nothing has been read yet.
struct NamedWeights {
  std::vector<Weight> weights;
  std::deque<Tensor> reordered;  // views of tensors that PyTorch stores otherwise
};

/// kBadInput lists every tensor that is missing, unexpected or misshapen. Where decibit-rows holds
/// a convolution, its rows are named X.weight (and X.weight_tail) instead of X.weight_v, and there
/// is no X.weight_g.
Result<NamedWeights> load_weights(const SourceModel& source);

}  // namespace decibit
