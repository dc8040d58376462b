// SPDX-License-Identifier: Apache-2.0
// A block of rows in memory: what a thread quantizes at a time. Rows are independent and their
// errors are added in row order, so a caller may cut a matrix into blocks as it likes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"
#include "kernels/kernel_table.h"
#include "quant/scheme.h"

namespace decibit {

/// `rows` rows of `k` weights each, all buffers contiguous and of any alignment. Per row:
/// `weights` k elements of `dtype`, `codes` scheme.words_per_row(k) words, `scales` and `biases`
/// scheme.groups_per_row(k) elements of scale_dtype(...) each.
struct RowBlock {
  Scheme scheme;
  Profile profile;
  ScaleRule rule;
  DType dtype;  // F32, F16, BF16: of `weights`
  std::int64_t rows;
  std::int64_t k;
  const std::byte* weights;
  std::byte* codes;
  std::byte* scales;
  std::byte* biases;  // null for fp modes
};

/// What scales and biases are made of: U8 (fp modes), F16 (kF16First), else the weights' type.
DType scale_dtype(const Scheme& scheme, ScaleRule rule, DType weights);

/// Rows [first, first + count) of a block.
RowBlock slice_rows(const RowBlock& block, std::int64_t first, std::int64_t count);

/// Fills codes, scales and biases. The weights must be finite and the scheme must fit k.
QuantError quantize_rows(const KernelTable& table, const RowBlock& block);

}  // namespace decibit
