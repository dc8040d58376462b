// SPDX-License-Identifier: Apache-2.0
// Functions of single values over rows, in place, on all threads.
#pragma once

#include "nn/context.h"
#include "nn/rows.h"
#include "nn/split.h"

namespace decibit {

/// body(row, count) over blocks of whole rows of x.
template <class Body>
void for_rows(const Context& context, Rows x, const Body& body) {
  for_parts(context, x.count, rows_per_part(x.width), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) body(x.row(i), static_cast<std::size_t>(x.width));
  });
}

inline void activate(const Context& context, isa::Function f, Rows x) {
  for_rows(context, x,
           [&](float* row, std::size_t n) { context.kernels.pointwise->apply(f, row, n, row); });
}

inline void leaky_relu(const Context& context, float slope, Rows x) {
  for_rows(context, x, [&](float* row, std::size_t n) {
    context.kernels.pointwise->leaky_relu(slope, row, n, row);
  });
}

}  // namespace decibit
