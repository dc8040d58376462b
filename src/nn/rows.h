// SPDX-License-Identifier: Apache-2.0
// Activations: rows (frames, tokens) of floats that somebody else keeps.
#pragma once

#include <cstdint>
#include <type_traits>

namespace decibit {

template <class T>
struct RowsOf {
  T* data = nullptr;
  std::int64_t count = 0;   // rows
  std::int64_t width = 0;   // values of a row
  std::int64_t stride = 0;  // from one row to the next, in floats; >= width

  T* row(std::int64_t i) const { return data + i * stride; }
  RowsOf rows(std::int64_t first, std::int64_t n) const { return {row(first), n, width, stride}; }
  RowsOf columns(std::int64_t first, std::int64_t n) const {
    return {data + first, count, n, stride};
  }
  // NOLINTNEXTLINE(google-explicit-constructor): what may be written may be read
  operator RowsOf<const T>() const requires(!std::is_const_v<T>) {
    return {data, count, width, stride};
  }
};

using Rows = RowsOf<float>;
using ConstRows = RowsOf<const float>;

}  // namespace decibit
