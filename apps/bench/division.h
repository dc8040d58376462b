// SPDX-License-Identifier: Apache-2.0
// How a product of n features and m rows is cut, in time and for threads.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/memory.h"

namespace decibit::bench {

struct Range {
  std::int64_t begin, end;
};

/// [range.begin, range.end) in at most `count` pieces of about equal size, cut at multiples of
/// `step` from 0.
std::vector<Range> cut(Range range, std::int64_t step, std::int64_t count);

struct Block {
  Range n, t;
};

/// As models divide it (nn/split.h).
std::vector<Block> blocks_for(Range n, std::int64_t m, std::int64_t n_step, std::int64_t t_step,
                              unsigned threads);

/// Into how many parts a product of `macs` multiply-adds is cut in time, for parts of some two
/// milliseconds: a number that divides its features evenly, with whole blocks for every thread. 1
/// where there is none, whatever a part then takes.
std::int64_t parts_for(double macs, std::int64_t n, unsigned threads);

/// The share of [0, n) that belongs to `part` of `parts`.
Range part_of(std::int64_t n, std::int64_t part, std::int64_t parts);

/// One piece of scratch memory for each thread.
std::vector<AlignedBytes> scratch_for(unsigned threads, std::size_t bytes);

}  // namespace decibit::bench
