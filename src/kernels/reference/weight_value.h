// SPDX-License-Identifier: Apache-2.0
// One weight of a matrix, in double: what the codes mean (kernels/weights.h), bit by bit.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>

#include "core/half.h"
#include "kernels/weights.h"
#include "quant/e2m1.h"
#include "quant/e4m3.h"
#include "quant/e8m0.h"

namespace decibit::isa {

inline double element_value(Element element, const std::uint8_t* p, std::int64_t index) {
  if (element == Element::kF32) {
    float x;
    std::memcpy(&x, p + 4 * index, 4);
    return x;
  }
  std::uint16_t half;
  std::memcpy(&half, p + 2 * index, 2);
  return element == Element::kF16 ? f16_to_f32(half) : bf16_to_f32(half);
}

inline std::uint8_t code_at(const std::uint8_t* row, int bits, std::int64_t index) {
  unsigned code = 0;
  for (int bit = 0; bit < bits; ++bit) {
    const std::int64_t at = index * bits + bit;
    code |= (row[at / 8] >> (at % 8) & 1u) << bit;
  }
  return static_cast<std::uint8_t>(code);
}

/// W[n, k].
inline double weight_value(const Weights& w, std::int64_t n, std::int64_t k) {
  const std::uint8_t* row = w.data + n * w.row_bytes;
  const std::int64_t group = w.dense() ? 0 : k >> w.group_shift;
  const std::uint8_t* scales = w.dense() ? nullptr : w.scales + n * w.scale_row_bytes;
  switch (w.kind) {
    case WeightKind::kF32:
      return element_value(Element::kF32, row, k);
    case WeightKind::kF16:
      return element_value(Element::kF16, row, k);
    case WeightKind::kBF16:
      return element_value(Element::kBF16, row, k);
    case WeightKind::kAffine:
      return element_value(w.scale, scales, group) * code_at(row, w.bits, k) +
             element_value(w.scale, w.biases + n * w.scale_row_bytes, group);
    case WeightKind::kMxfp4:
      return double{e2m1_decode(code_at(row, 4, k))} * e8m0_decode(scales[group]);
    case WeightKind::kMxfp8:
      return double{e4m3_decode(row[k])} * e8m0_decode(scales[group]);
    case WeightKind::kNvfp4:
      return double{e2m1_decode(code_at(row, 4, k))} * e4m3_decode(scales[group]);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace decibit::isa
