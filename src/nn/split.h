// SPDX-License-Identifier: Apache-2.0
// How work is divided among threads. No result depends on it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/function_ref.h"
#include "nn/context.h"

namespace decibit {

/// The step-aligned part `i` of `parts` of [0, n).
struct Part {
  std::int64_t begin, end;
};
inline Part part(std::int64_t n, std::int64_t step, std::int64_t parts, std::int64_t i) {
  const std::int64_t steps = (n + step - 1) / step;
  return {std::min(steps * i / parts * step, n), std::min(steps * (i + 1) / parts * step, n)};
}

/// A grid of blocks of y [rows, features].
struct Grid {
  std::int64_t rows, row_step, row_parts;
  std::int64_t features, feature_step, feature_parts;

  std::int64_t blocks() const { return row_parts * feature_parts; }
  Part rows_of(std::int64_t block) const {
    return part(rows, row_step, row_parts, block / feature_parts);
  }
  Part features_of(std::int64_t block) const {
    return part(features, feature_step, feature_parts, block % feature_parts);
  }
};

/// Some four blocks a thread. A block of few features reads (and activates) its rows for few
/// products, one of few rows unpacks its weights for few: so features are cut to 128 and rows to
/// four steps first, and further only if there would be too few blocks.
inline Grid make_grid(unsigned threads, std::int64_t rows, std::int64_t row_step,
                      std::int64_t features, std::int64_t feature_step) {
  const auto up = [](std::int64_t n, std::int64_t d) { return (n + d - 1) / d; };
  const std::int64_t target = threads == 1 ? 1 : std::int64_t{4} * threads;
  const std::int64_t wide = up(std::max<std::int64_t>(128, feature_step), feature_step);
  const std::int64_t feature_steps = up(features, feature_step), row_steps = up(rows, row_step);
  std::int64_t feature_parts = std::clamp<std::int64_t>(feature_steps / wide, 1, target);
  const std::int64_t row_parts =
      std::clamp<std::int64_t>(row_steps / 4, 1, up(target, feature_parts));
  if (feature_parts * row_parts < target)
    feature_parts = std::clamp<std::int64_t>(up(target, row_parts), 1, feature_steps);
  return {rows, row_step, row_parts, features, feature_step, feature_parts};
}

/// task(first, last) over blocks of `step` of [0, n), which do not depend on the number of threads.
inline void for_parts(const Context& context, std::int64_t n, std::int64_t step,
                      FunctionRef<void(std::int64_t, std::int64_t)> task) {
  const std::int64_t parts = (n + step - 1) / step;
  context.pool.parallel_for(static_cast<std::size_t>(parts), [&](std::size_t i) {
    const std::int64_t first = static_cast<std::int64_t>(i) * step;
    task(first, std::min(first + step, n));
  });
}

/// Rows of a block of about 16k values: enough to be worth a thread, small enough for its cache.
inline std::int64_t rows_per_part(std::int64_t width) {
  return std::max<std::int64_t>(1, (std::int64_t{16} << 10) / std::max<std::int64_t>(width, 1));
}

}  // namespace decibit
