// SPDX-License-Identifier: Apache-2.0
// A tensor of the schema as rows in MLX's own layout, whatever form the source keeps it in.
#pragma once

#include "convert/conv_rows.h"
#include "convert/row_source.h"
#include "models/schema.h"
#include "models/source_index.h"

namespace decibit {

/// Output channels, taps and input channels of a convolution with a RowsPlan.
ConvShape conv_shape(const TensorSpec& spec);

/// Rows of the last dimension for matrices and vectors, one row per first dimension for
/// convolutions; dense, dequantized (fp modes to `fp_dtype`), unfolded from decibit-rows (F32),
/// transposed from PyTorch's order or un-permuted as the origin requires.
RowSourcePtr rows_in_mlx_order(const TensorSpec& spec, const Origin& origin, DType fp_dtype,
                               const KernelTable& kernels);

}  // namespace decibit
