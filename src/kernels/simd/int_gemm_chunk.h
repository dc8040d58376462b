// SPDX-License-Identifier: Apache-2.0
// The activations of some rows of y as tiles see them: row r of y and one tap read
//   x + tap_x[tap] + r * x_pitch, scales + tap_scale[tap] + r * scale_pitch, sums likewise.
// They lie where prepare() put them as long as all rows of x exist; at the ends of x they are
// copied, each tap to rows of its own, with zeros for what is outside.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/gemm.h"
#include "kernels/simd/int_gemm_input.h"

namespace decibit::isa {
namespace {

/// Channels [first, first + channels), whole groups.
struct IntBlock {
  std::int64_t first, channels, groups;
};

struct IntChunk {
  const std::uint8_t* x;
  const float *scales, *sums;
  std::int64_t x_pitch, scale_pitch;
};

template <std::int64_t kCodeBytes>
struct IntChunks {
  const GemmJob& job;
  const void* prepared;
  std::int64_t *tap_x, *tap_scale;  // [taps], written

  /// Rows of y from t on; first_row is the smallest tap_row.
  IntChunk in_place(std::int64_t first_row, std::int64_t t, const IntBlock& block) const {
    const IntRows shape(job.w->group_shift, kCodeBytes, job.channels, job.x_rows);
    const auto* const bytes = static_cast<const std::uint8_t*>(prepared);
    for (int tap = 0; tap < job.taps; ++tap) {
      tap_x[tap] = (job.tap_row[tap] - first_row) * shape.pitch;
      tap_scale[tap] = (job.tap_row[tap] - first_row) * shape.groups;
    }
    const std::int64_t row = t * job.stride + first_row;
    const std::int64_t group = row * shape.groups + (block.first >> job.w->group_shift);
    return {bytes + row * shape.pitch + block.first * kCodeBytes,
            reinterpret_cast<const float*>(bytes + shape.scales_at) + group,
            reinterpret_cast<const float*>(bytes + shape.sums_at) + group, job.stride * shape.pitch,
            job.stride * shape.groups};
  }

  /// Rows [t, t + count) of y in the memory at `to`, which has room for `rows`.
  IntChunk with_zeros(std::int64_t t, std::int64_t count, const IntBlock& block, std::uint8_t* to,
                      std::int64_t rows) const {
    const IntRows all(job.w->group_shift, kCodeBytes, job.channels, job.x_rows);
    const IntRows shape(job.w->group_shift, kCodeBytes, block.channels, job.taps * rows);
    const auto* const from = static_cast<const std::uint8_t*>(prepared);
    const std::int64_t first_group = block.first >> job.w->group_shift;
    const auto float_bytes = static_cast<std::int64_t>(sizeof(float));
    for (int tap = 0; tap < job.taps; ++tap) {
      tap_x[tap] = tap * rows * shape.pitch;
      tap_scale[tap] = tap * rows * shape.groups;
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t row = (t + i) * job.stride + job.tap_row[tap], out = tap * rows + i;
        const auto copy = [&](std::int64_t to_at, std::int64_t from_at, std::int64_t size) {
          if (row < 0 || row >= job.x_rows) {
            __builtin_memset(to + to_at, 0, static_cast<std::size_t>(size));
          } else {
            __builtin_memcpy(to + to_at, from + from_at, static_cast<std::size_t>(size));
          }
        };
        const std::int64_t to_group = out * shape.groups * float_bytes;
        const std::int64_t from_group = (row * all.groups + first_group) * float_bytes;
        copy(out * shape.pitch, row * all.pitch + block.first * kCodeBytes,
             block.channels * kCodeBytes);
        copy(static_cast<std::int64_t>(shape.scales_at) + to_group,
             static_cast<std::int64_t>(all.scales_at) + from_group, shape.groups * float_bytes);
        copy(static_cast<std::int64_t>(shape.sums_at) + to_group,
             static_cast<std::int64_t>(all.sums_at) + from_group, shape.groups * float_bytes);
      }
    }
    return {to, reinterpret_cast<const float*>(to + shape.scales_at),
            reinterpret_cast<const float*>(to + shape.sums_at), shape.pitch, shape.groups};
  }
};

}  // namespace
}  // namespace decibit::isa
