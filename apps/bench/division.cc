// SPDX-License-Identifier: Apache-2.0
#include "bench/division.h"

#include <algorithm>

#include "nn/split.h"

namespace decibit::bench {
namespace {

constexpr std::int64_t kFeatureBlock = 128;  // of make_grid
constexpr double kMacsOfPart = 150e6;        // of a thread, at some 60 GMAC/s

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

std::vector<Range> cut(Range range, std::int64_t step, std::int64_t count) {
  const std::int64_t first = range.begin / step, steps = ceil_div(range.end, step) - first;
  count = std::clamp<std::int64_t>(count, 1, std::max<std::int64_t>(steps, 1));
  std::vector<Range> pieces;
  for (std::int64_t i = 0; i < count; ++i)
    pieces.push_back({(first + steps * i / count) * step,
                      std::min((first + steps * (i + 1) / count) * step, range.end)});
  return pieces;
}

std::vector<Block> blocks_for(Range n, std::int64_t m, std::int64_t n_step, std::int64_t t_step,
                              unsigned threads) {
  const Grid grid = make_grid(threads, m, t_step, n.end - n.begin, n_step);
  std::vector<Block> blocks;
  for (std::int64_t i = 0; i < grid.blocks(); ++i) {
    const Part features = grid.features_of(i), rows = grid.rows_of(i);
    if (features.begin == features.end || rows.begin == rows.end) continue;
    blocks.push_back({{n.begin + features.begin, n.begin + features.end}, {rows.begin, rows.end}});
  }
  return blocks;
}

std::int64_t parts_for(double macs, std::int64_t n, unsigned threads) {
  if (n % kFeatureBlock != 0) return 1;
  const std::int64_t blocks = n / kFeatureBlock;
  const auto wanted = static_cast<std::int64_t>(macs / (kMacsOfPart * threads));
  std::int64_t parts =
      std::clamp<std::int64_t>(wanted, 1, std::max(blocks / threads, std::int64_t{1}));
  // Whole blocks for every thread, as far as there are any; a third block on two threads would
  // count the other thread's waiting.
  const auto even = [&] { return blocks % parts == 0 && blocks / parts % threads == 0; };
  while (parts > 1 && !even()) --parts;
  return parts;
}

Range part_of(std::int64_t n, std::int64_t part, std::int64_t parts) {
  return {n * part / parts, n * (part + 1) / parts};
}

std::vector<AlignedBytes> scratch_for(unsigned threads, std::size_t bytes) {
  std::vector<AlignedBytes> scratch;
  for (unsigned i = 0; i < threads; ++i) scratch.emplace_back(bytes);
  return scratch;
}

}  // namespace decibit::bench
