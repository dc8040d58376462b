// SPDX-License-Identifier: Apache-2.0
// Rows that tend to break quantizers, as raw bytes of one type: every finite bit pattern may come
// up.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include "quant/element.h"

namespace decibit::testing {

inline constexpr DType kFloatTypes[] = {DType::kF32, DType::kF16, DType::kBF16};

inline std::vector<std::byte> to_bytes(DType dtype, const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * static_cast<std::size_t>(size_bytes(dtype)));
  for (std::size_t i = 0; i < values.size(); ++i) store_element(dtype, values[i], bytes.data(), i);
  return bytes;
}

/// Any finite pattern of the type, subnormals and both zeros among them.
inline float random_pattern(DType dtype, std::mt19937& random) {
  while (true) {
    const auto u = static_cast<std::uint32_t>(random());
    const float x = dtype == DType::kF32   ? std::bit_cast<float>(u)
                    : dtype == DType::kF16 ? f16_to_f32(static_cast<std::uint16_t>(u))
                                           : bf16_to_f32(static_cast<std::uint16_t>(u));
    if (std::isfinite(x)) return x;
  }
}

/// `k` weights of one of twelve kinds, exact in `dtype` and finite.
inline std::vector<float> hostile_row(int kind, DType dtype, std::size_t k, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  const float largest = dtype == DType::kF32 ? 3.4e38f : dtype == DType::kF16 ? 65504.0f : 3.38e38f;
  const float pattern = random_pattern(dtype, random);
  std::vector<float> row(k);
  for (std::size_t i = 0; i < k; ++i) {
    float& w = row[i];
    switch (kind) {
      case 0:
        w = 0.02f * normal(random);
        break;
      case 1:
        w = random_pattern(dtype, random);
        break;
      case 2:
        w = std::ldexp(normal(random), static_cast<int>(random() % 24) - 20);
        break;
      case 3:
        w = pattern;
        break;  // constant
      case 4:
        w = i % 2 == 0 ? 0.0f : -0.0f;
        break;  // zeros of both signs
      case 5:
        w = std::ldexp(normal(random), -134);
        break;  // subnormal in F32 and BF16
      case 6:
        w = std::ldexp(normal(random), -22);
        break;  // about the smallest scale
      case 7:
        w = (random() & 1) != 0 ? largest : -largest;
        break;  // ranges that overflow
      case 8:
        w = static_cast<float>(random() % 33) / 4 - 4;
        break;  // ties everywhere
      case 9:
        w = -std::fabs(normal(random)) - 0.5f;
        break;  // all negative
      case 10:
        w = i % 40 == 7 ? 1e4f : 1e-3f * normal(random);
        break;  // outliers
      default:
        w = (i / 16) % 3 == 0 ? 0.0f : 1e-4f * normal(random);
        break;  // some groups vanish
    }
    w = round_to(dtype, w);
    if (!std::isfinite(w)) w = largest;
  }
  return row;
}
inline constexpr int kHostileKinds = 12;

}  // namespace decibit::testing
