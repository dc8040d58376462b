// SPDX-License-Identifier: Apache-2.0
#include "bench/division.h"

#include <algorithm>

namespace decibit::bench {
namespace {

constexpr std::int64_t kFeatureBlock = 128;  // of simd/gemm.h
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
  const std::int64_t step = ceil_div(kFeatureBlock, n_step) * n_step;
  const std::vector<Range> features = cut(n, step, threads == 1 ? 1 : 4 * std::int64_t{threads});
  const auto rows = cut({0, m}, t_step, ceil_div(threads, std::ssize(features)));
  std::vector<Block> blocks;
  for (const Range& feature : features)
    for (const Range& row : rows) blocks.push_back({feature, row});
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
