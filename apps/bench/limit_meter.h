// SPDX-License-Identifier: Apache-2.0
// The machine's limits on all threads of a pool, in slices of some milliseconds.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bench/memory.h"
#include "core/function_ref.h"
#include "core/thread_pool.h"
#include "kernels/limits.h"

namespace decibit::bench {

/// Of a slice: short against the seconds in which a shared machine changes its mood, long against
/// waking threads.
constexpr double kSliceSeconds = 2.5e-3;

double median(std::vector<double> values);  // not empty
/// Seconds that a call takes.
double seconds_of(FunctionRef<void()> call);

class LimitMeter {
 public:
  enum class Limit : std::uint8_t { kRead, kFma, kUnpack, kInt8, kInt16 };
  static constexpr std::array kAll = {Limit::kRead, Limit::kFma, Limit::kUnpack, Limit::kInt8,
                                      Limit::kInt16};

  /// Reads walk through memory.rotation bytes.
  LimitMeter(const isa::Limits& limits, ThreadPool& pool, const Memory& memory);

  /// One slice: bytes, multiply-adds or weights per second. Reading is the better of one and eight
  /// streams a thread, half a slice each: which one that is changes with the machine.
  double slice(Limit limit);
  /// The median of all slices so far; measures some when there are few.
  double rate(Limit limit);

 private:
  double compute_slice(Limit limit);
  double read_slice(int streams, double seconds);
  void run_compute(Limit limit, std::int64_t units);

  const isa::Limits& limits_;
  ThreadPool& pool_;
  AlignedBytes memory_;
  std::size_t chunks_, next_chunk_ = 0;
  std::array<double, kAll.size()> expected_;  // rate, to choose the work of the next slice
  std::array<std::vector<double>, kAll.size()> slices_;
};

}  // namespace decibit::bench
