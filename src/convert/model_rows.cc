// SPDX-License-Identifier: Apache-2.0
#include "convert/model_rows.h"

#include <utility>

namespace decibit {
namespace {

using Kind = RowsPlan::Kind;

RowSourcePtr from_rows_format(const TensorSpec& spec, const Origin& origin,
                              const KernelTable& kernels) {
  RowSourcePtr head = dequantized_f32_rows(*origin.weight, kernels);
  if (!spec.rows.is_conv()) return head;
  RowSourcePtr tail;
  if (origin.tail != nullptr)
    tail = cast_rows(outer_rows(*origin.tail->tensor), DType::kF32, false, kernels);
  return spec.rows.kind == Kind::kConvTransposed
             ? unfolded_transposed_rows(std::move(head), std::move(tail), conv_shape(spec))
             : unfolded_conv_rows(std::move(head), std::move(tail), conv_shape(spec));
}

RowSourcePtr as_stored(const TensorSpec& spec, const Origin& origin, DType fp_dtype,
                       const KernelTable& kernels) {
  const Weight& weight = *origin.weight;
  if (weight.scheme) return dequantized_rows(weight, fp_dtype, kernels);
  // A bias to un-permute is one element for each row of its weight.
  const bool by_first_dimension =
      spec.layout != Layout::kSame || origin.op == Mapped::Op::kUnpermute;
  return by_first_dimension ? outer_rows(*weight.tensor) : tensor_rows(*weight.tensor);
}

}  // namespace

ConvShape conv_shape(const TensorSpec& spec) {
  if (spec.rows.kind == Kind::kConvTransposed)
    return {.out = spec.shape[2], .taps = spec.shape[1], .in = spec.shape[0]};
  return {.out = spec.shape[0], .taps = spec.shape[1], .in = spec.shape[2]};
}

RowSourcePtr rows_in_mlx_order(const TensorSpec& spec, const Origin& origin, DType fp_dtype,
                               const KernelTable& kernels) {
  const Weight& weight = *origin.weight;
  if (weight.in_rows_format) return from_rows_format(spec, origin, kernels);
  RowSourcePtr rows = as_stored(spec, origin, fp_dtype, kernels);
  if (origin.op == Mapped::Op::kUnpermute) rows = unpermute_rows(std::move(rows), origin.heads);
  if (!origin.in_torch_order) return rows;
  // PyTorch keeps [O, I, taps...], MLX [O, taps..., I].
  const std::int64_t in = weight.shape[1], taps = in == 0 ? 0 : rows->k() / in;
  return transpose_within_rows(std::move(rows), in, taps);
}

}  // namespace decibit
