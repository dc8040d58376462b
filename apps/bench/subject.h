// SPDX-License-Identifier: Apache-2.0
// What is timed: one row's product with its weights, ready to run again and again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "bench/row.h"
#include "core/thread_pool.h"
#include "kernels/kernel_table.h"

namespace decibit::bench {

struct Subject {
  double macs;   // of a whole product
  double bytes;  // that a product reads and writes at least once, as row.h's kinds count them
  /// A product of many milliseconds is cut into parts of equal work, so that limits can be
  /// measured between them. Whatever is done once for a product is divided among them.
  std::int64_t parts = 1;
  /// Runs one part on the pool. `turn` counts: part turn % parts, of copy turn / parts of the
  /// weights.
  std::function<void(std::int64_t turn)> run;
};

struct Setting {
  const KernelTable& kernels;
  ThreadPool& pool;
  std::uint64_t rotation;  // bytes that weights of few rows rotate over
};

// None where the table has no kernel for the row's weights.
std::optional<Subject> matvec_subject(const Row& row, const Setting& setting);
std::optional<Subject> gemm_subject(const Row& row, const Setting& setting);
std::optional<Subject> int_gemm_subject(const Row& row, const Setting& setting);
std::optional<Subject> convolution_subject(const Row& row, const Setting& setting);
std::optional<Subject> lstm_subject(const Row& row, const Setting& setting);
std::optional<Subject> attention_subject(const Row& row, const Setting& setting);

}  // namespace decibit::bench
