// SPDX-License-Identifier: Apache-2.0
// Times the kernels of a table, row by row, each against the machine's limit in the same
// milliseconds: slices of the limit's loop and of the kernel take turns, and what is reported are
// the median time, and the median of the ratios of neighbours. So a neighbour on the machine, or
// its clock, changes both sides of a ratio.
#pragma once

#include <string>
#include <vector>

#include "bench/memory.h"
#include "bench/row.h"
#include "core/reporter.h"
#include "kernels/kernel_table.h"

namespace decibit::bench {

struct Machine {
  std::string isa;
  unsigned threads = 0;
  Memory memory = {};
  // Medians over the run, of all threads together, in 10^9 a second.
  double read_gbps = 0, fma_gmacs = 0, unpack_gweights = 0, int8_gmacs = 0, int16_gmacs = 0;
};

struct Measured {
  Row row;
  double ms = 0;  // of a whole product
  double gmacs = 0, gbps = 0;
  /// Of the bandwidth of reading when m = 1, else of the peak of f32 multiply-adds.
  double share = 0;
};

struct Report {
  Machine machine;
  std::vector<Measured> rows;
  bool stopped = false;  // by the reporter, between rows
};

/// `threads` 0: all cores. Rows for which `kernels` has nothing are left out, with a note.
Report measure(const KernelTable& kernels, unsigned threads, const std::vector<Row>& rows,
               Reporter& reporter);

}  // namespace decibit::bench
