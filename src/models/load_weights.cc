// SPDX-License-Identifier: Apache-2.0
#include "models/load_weights.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "models/source_index.h"

namespace decibit {
namespace {

/// PyTorch's [O, I, K...] seen as [O, K..., I].
Tensor in_mlx_order(const Tensor& torch) {
  Tensor view = torch;
  if (view.strides.empty()) {
    view.strides.assign(view.shape.size(), 1);
    for (std::size_t d = view.shape.size() - 1; d-- > 0;)
      view.strides[d] = view.strides[d + 1] * view.shape[d + 1];
  }
  std::rotate(view.shape.begin() + 1, view.shape.begin() + 2, view.shape.end());
  std::rotate(view.strides.begin() + 1, view.strides.begin() + 2, view.strides.end());
  return view;
}

}  // namespace

Result<NamedWeights> load_weights(const SourceModel& source) {
  const SourceIndex index =
      TRY(SourceIndex::build(source.schema, source.weights, source.checkpoint->metadata));
  NamedWeights named;
  for (const TensorSpec& spec : source.schema.tensors) {
    const Origin* const origin = index.find(spec.name);
    if (origin == nullptr) continue;
    DECIBIT_CHECK(origin->op == Mapped::Op::kNone);
    Weight weight = *origin->weight;
    weight.name = origin->renamed && spec.rows.is_conv() ? rows_weight_name(spec.name) : spec.name;
    if (origin->in_torch_order) {
      named.reordered.push_back(in_mlx_order(*weight.tensor));
      weight.tensor = &named.reordered.back();
      weight.shape = weight.tensor->shape;
    }
    if (origin->tail != nullptr) {
      Weight tail = *origin->tail;
      tail.name = rows_tail_name(weight.name);
      named.weights.push_back(std::move(tail));
    }
    named.weights.push_back(std::move(weight));
  }
  return named;
}

}  // namespace decibit
