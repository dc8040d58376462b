// SPDX-License-Identifier: Apache-2.0
// Convolutions as rows, for --scope all and back. A row is one output channel, its elements
// [tap][input channel] as MLX orders them; weight norm is folded in:
//   w[o,k,i] = v[o,k,i] * g[o] / |v[o]|            norm over taps and input channels
//   w[o,k,i] = v[i,k,o] * g[i] / |v[i]|            transposed convolution: norm over the other two
// (torch.nn.utils.weight_norm, dim 0). Channels past a multiple of the group size stay dense, so a
// row can be asked for a range of channels only.
#pragma once

#include <cstdint>

#include "convert/row_source.h"

namespace decibit {

struct ConvShape {
  std::int64_t out = 0, taps = 0, in = 0;
};

struct ChannelRange {
  std::int64_t first = 0, count = 0;
};

/// F32 rows [out][taps * channels.count] of the folded weight. `v`: F32 rows [out][taps * in];
/// `g`: F32, one value for each output channel.
RowSourcePtr folded_conv_rows(RowSourcePtr v, RowSourcePtr g, const ConvShape& shape,
                              ChannelRange channels);
/// The same for a transposed convolution. `v`: F32 rows [in][taps * out]; `g`: one for each input
/// channel. Holds the folded tensor in memory.
RowSourcePtr folded_transposed_rows(RowSourcePtr v, RowSourcePtr g, const ConvShape& shape,
                                    ChannelRange channels);

/// The way back: rows of v from the quantized channels and the dense tail (null without one); v is
/// the folded weight itself, so g is its norm.
RowSourcePtr unfolded_conv_rows(RowSourcePtr head, RowSourcePtr tail, const ConvShape& shape);
/// F32 rows [in][taps * out]. Holds the tensor in memory.
RowSourcePtr unfolded_transposed_rows(RowSourcePtr head, RowSourcePtr tail, const ConvShape& shape);
/// One F32 value a row: the Euclidean norm of that row of `v`.
RowSourcePtr norm_of_rows(RowSourcePtr v);

}  // namespace decibit
