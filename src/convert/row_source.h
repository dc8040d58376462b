// SPDX-License-Identifier: Apache-2.0
// One weight on its way from the source to the result, as rows of floats that can be read in any
// order and from several threads. A chain of small steps: read, transpose or un-permute inside a
// row, dequantize, cast. Nothing larger than the rows asked for is held in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/dtype.h"
#include "core/result.h"
#include "io/tensor.h"
#include "kernels/kernel_table.h"
#include "nn/weights.h"

namespace decibit {

class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual std::int64_t rows() const = 0;
  virtual std::int64_t k() const = 0;  // elements of a row
  virtual DType dtype() const = 0;     // of the elements
  /// Fills `out` with rows [first, first + count), tightly packed.
  virtual Status read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const = 0;

  std::int64_t row_bytes() const;
};

using RowSourcePtr = std::shared_ptr<const RowSource>;

/// A dense tensor seen as rows of its last dimension (a vector or scalar is one row).
RowSourcePtr tensor_rows(const Tensor& tensor);

/// A dense tensor seen as one row per entry of its first dimension.
RowSourcePtr outer_rows(const Tensor& tensor);

/// Each row is a matrix [height, width]; the result's rows are [width, height].
/// This is every convolution's way between torch [O, I, K...] and MLX [O, K..., I].
RowSourcePtr transpose_within_rows(RowSourcePtr source, std::int64_t height, std::int64_t width);

/// Undoes the order in which Hugging Face stores q and k rows for half-split rotary embedding:
/// inside each head of D = rows / heads rows, rows 2i and 2i+1 of the result are rows i and D/2 +
/// i.
RowSourcePtr unpermute_rows(RowSourcePtr source, int heads);

/// The float weights of a quantized layer: as MLX computes them in the type of the scales (affine)
/// or in `dtype` (fp modes).
RowSourcePtr dequantized_rows(const Weight& weight, DType dtype, const KernelTable& kernels);
/// The same for decibit-rows: F16 scales and biases are widened first, the rest is F32.
RowSourcePtr dequantized_f32_rows(const Weight& weight, const KernelTable& kernels);

/// Casts to `dtype`, first through F16 when `through_f16`. The source itself when nothing changes.
RowSourcePtr cast_rows(RowSourcePtr source, DType dtype, bool through_f16,
                       const KernelTable& kernels);

}  // namespace decibit
