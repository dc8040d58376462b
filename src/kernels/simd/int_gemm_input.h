// SPDX-License-Identifier: Apache-2.0
// Activations of simd/int_gemm.h. A prepared input of x_rows rows is
//   codes   [x_rows][channels, padded to an odd number of cache lines], bytes or words
//   scales  [x_rows][groups]
//   sums    [x_rows][groups], scale * (sum of the group's codes); for weights whose values are
//           scale * (q - kFp4Offset), instead of it the integer -kFp4Offset * (sum of codes)
// in the order of x, whatever the width of the weights: a tile broadcasts one dword of them, four
// bytes or two words, to all its features.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/gemm.h"
#include "kernels/simd/fit_groups.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/prologue.h"

namespace decibit::isa {
namespace {

/// e2m1 is (q - 12) / 2, see matvec_unpack.h.
inline constexpr int kFp4Offset = 12;

inline bool is_fp4(const Weights& w) { return w.kind != WeightKind::kAffine; }

struct IntRows {
  std::int64_t pitch;   // bytes from one row of codes to the next
  std::int64_t groups;  // floats from one row of scales, or of sums, to the next
  std::size_t scales_at, sums_at, bytes;

  IntRows(int group_shift, std::int64_t code_bytes, std::int64_t channels, std::int64_t rows)
      : pitch((ceil_div(channels * code_bytes, 64) | 1) * 64),
        groups(channels >> group_shift),
        scales_at(static_cast<std::size_t>(rows * pitch)) {
    const auto floats =
        static_cast<std::size_t>(round_up(rows * groups * std::int64_t{sizeof(float)}, 64));
    sums_at = scales_at + floats;
    bytes = sums_at + floats;
  }
};

inline constexpr std::int64_t kQuantizePiece = 128;  // channels; the largest group

template <class V>
void store_codes(std::int8_t* out, typename V::F codes) {
  V::store_low_bytes(out, V::to_int(codes));
}
template <class V>
void store_codes(std::int16_t* out, typename V::F codes) {
  V::store_u16(reinterpret_cast<std::uint8_t*>(out), V::iand(V::to_int(codes), V::iset(0xFFFF)));
}

/// One group; returns the sum of its codes, exactly. An infinity times the inverse 0 is NaN, of
/// which no integer may come.
template <class V, class Code>
float quantize_group(const float* x, std::int64_t n, float inverse, Code* out) {
  auto sum = V::zero();
  for (std::int64_t i = 0; i < n; i += V::kLanes) {
    const auto codes =
        inverse == 0 ? V::zero() : V::round_even(V::mul(V::load(x + i), V::set(inverse)));
    store_codes<V>(out + i, codes);
    sum = V::add(sum, codes);
  }
  return V::reduce_add(sum);
}

template <class V, class Code>
void quantize_row(const Weights& w, const float* x, std::int64_t channels, const Prologue& prologue,
                  float largest_code, Code* codes, float* scales, float* sums) {
  const std::int64_t group = std::int64_t{1} << w.group_shift;
  alignas(64) float values[kQuantizePiece];
  float inverses[kQuantizePiece / 16];
  for (std::int64_t c = 0; c < channels; c += kQuantizePiece) {
    const std::int64_t count = min_of(kQuantizePiece, channels - c);
    for (std::int64_t i = 0; i < count; i += V::kLanes) {
      auto v = V::load(x + c + i);
      if (prologue.any()) v = activate<V>(prologue, c + i, V::kLanes, v);
      V::store(values + i, v);
    }
    const std::int64_t groups = count >> w.group_shift, first = c >> w.group_shift;
    fit_groups<V>(values, groups, group, largest_code, scales + first, inverses);
    for (std::int64_t g = 0; g < groups; ++g) {
      const float sum =
          quantize_group<V>(values + g * group, group, inverses[g], codes + c + g * group);
      if (is_fp4(w)) {
        const std::int32_t offset = -kFp4Offset * static_cast<std::int32_t>(sum);
        __builtin_memcpy(sums + first + g, &offset, sizeof(offset));
      } else {
        sums[first + g] = scales[first + g] * sum;
      }
    }
  }
}

}  // namespace
}  // namespace decibit::isa
