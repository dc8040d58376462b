// SPDX-License-Identifier: Apache-2.0
// Vectors at the end of a row, and whole numbers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace decibit::isa {
namespace {

inline std::int64_t min_of(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
inline std::int64_t max_of(std::int64_t a, std::int64_t b) { return a > b ? a : b; }
inline std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
inline std::int64_t round_up(std::int64_t a, std::int64_t b) { return ceil_div(a, b) * b; }

/// min(count, kLanes) values; other lanes are zero.
template <class V>
typename V::F load_some(const float* p, std::int64_t count) {
  return count >= V::kLanes ? V::load(p) : V::load_first(p, count);
}
template <class V>
void store_some(float* p, typename V::F a, std::int64_t count) {
  if (count >= V::kLanes) return V::store(p, a);
  V::store_first(p, a, count);
}

}  // namespace
}  // namespace decibit::isa
