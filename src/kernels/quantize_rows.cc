// SPDX-License-Identifier: Apache-2.0
#include "kernels/quantize_rows.h"

#include <algorithm>
#include <vector>

namespace decibit {
namespace {

// Rows are handed out in pieces of about this many weights: enough work to outweigh taking a lock,
// few enough that the threads finish together.
constexpr std::int64_t kWeightsPerTask = 1 << 16;

RowJob row_of(const RowBlock& block, std::int64_t row) {
  const std::int64_t scale_stride =
      block.scheme.groups_per_row(block.k) * size_bytes(scale_dtype(block));
  return {block.scheme,
          block.profile,
          block.rule,
          block.dtype,
          block.k,
          block.weights + row * block.k * size_bytes(block.dtype),
          block.codes + row * block.scheme.words_per_row(block.k) * 4,
          block.scales + row * scale_stride,
          block.biases != nullptr ? block.biases + row * scale_stride : nullptr};
}

}  // namespace

DType scale_dtype(const RowBlock& block) {
  return block.scheme.scale_dtype(block.rule == ScaleRule::kF16First ? DType::kF16 : block.dtype);
}

QuantError quantize_rows(const KernelTable& table, ThreadPool& pool, const RowBlock& block) {
  if (block.rows == 0 || block.k == 0) return {};
  std::vector<QuantError> errors(static_cast<std::size_t>(block.rows));
  const std::int64_t rows_per_task = std::max<std::int64_t>(1, kWeightsPerTask / block.k);
  const std::int64_t tasks = (block.rows + rows_per_task - 1) / rows_per_task;
  pool.parallel_for(static_cast<std::size_t>(tasks), [&](std::size_t task) {
    const std::int64_t first = static_cast<std::int64_t>(task) * rows_per_task;
    const std::int64_t last = std::min(first + rows_per_task, block.rows);
    for (std::int64_t row = first; row < last; ++row)
      errors[static_cast<std::size_t>(row)] = table.quantize_row(row_of(block, row));
  });
  QuantError sum;
  for (const QuantError& error : errors) sum.add(error);
  return sum;
}

}  // namespace decibit
