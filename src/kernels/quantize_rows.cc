// SPDX-License-Identifier: Apache-2.0
#include "kernels/quantize_rows.h"

namespace decibit {

DType scale_dtype(const Scheme& scheme, ScaleRule rule, DType weights) {
  return scheme.scale_dtype(rule == ScaleRule::kF16First ? DType::kF16 : weights);
}

RowBlock slice_rows(const RowBlock& block, std::int64_t first, std::int64_t count) {
  const std::int64_t scale_stride = block.scheme.groups_per_row(block.k) *
                                    size_bytes(scale_dtype(block.scheme, block.rule, block.dtype));
  RowBlock slice = block;
  slice.rows = count;
  slice.weights += first * block.k * size_bytes(block.dtype);
  slice.codes += first * block.scheme.words_per_row(block.k) * 4;
  slice.scales += first * scale_stride;
  if (slice.biases != nullptr) slice.biases += first * scale_stride;
  return slice;
}

QuantError quantize_rows(const KernelTable& table, const RowBlock& block) {
  QuantError error;
  if (block.k == 0) return error;
  for (std::int64_t r = 0; r < block.rows; ++r) {
    const RowBlock row = slice_rows(block, r, 1);
    error.add(table.quantize_row({row.scheme, row.profile, row.rule, row.dtype, row.k, row.weights,
                                  row.codes, row.scales, row.biases}));
  }
  return error;
}

}  // namespace decibit
