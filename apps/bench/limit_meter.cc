// SPDX-License-Identifier: Apache-2.0
#include "bench/limit_meter.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace decibit::bench {
namespace {

constexpr std::size_t kChunk = std::size_t{2} << 20;  // what a thread reads at a time
constexpr std::size_t kFewSlices = 31;
/// So that a thread that wakes up late delays a slice by little.
constexpr std::size_t kTasksPerThread = 8;

std::size_t index(LimitMeter::Limit limit) { return static_cast<std::size_t>(limit); }

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double seconds_of(FunctionRef<void()> call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

LimitMeter::LimitMeter(const isa::Limits& limits, ThreadPool& pool, const Memory& memory)
    : limits_(limits),
      pool_(pool),
      memory_(std::max<std::size_t>(memory.rotation / kChunk, 1) * kChunk),
      chunks_(memory_.size() / kChunk) {
  // Written, because pages that nobody wrote to are all one.
  std::memset(memory_.data(), 1, memory_.size());
  expected_.fill(1e9);
  for (const Limit limit : kAll)
    for (int i = 0; i < 3; ++i) slice(limit);  // finds out how much work makes a slice
  for (std::vector<double>& slices : slices_) slices.clear();
}

double LimitMeter::slice(Limit limit) {
  const double rate = limit == Limit::kRead ? std::max(read_slice(1, kSliceSeconds / 2),
                                                       read_slice(8, kSliceSeconds / 2))
                                            : compute_slice(limit);
  expected_[index(limit)] = rate;
  slices_[index(limit)].push_back(rate);
  return rate;
}

double LimitMeter::rate(Limit limit) {
  while (slices_[index(limit)].size() < kFewSlices) slice(limit);
  return median(slices_[index(limit)]);
}

double LimitMeter::compute_slice(Limit limit) {
  const double tasks = static_cast<double>(kTasksPerThread * pool_.size());
  const double count = expected_[index(limit)] * kSliceSeconds / tasks;
  const auto units =
      std::max<std::int64_t>(static_cast<std::int64_t>(count) / isa::Limits::kUnit, 1);
  const double seconds = seconds_of([&] { run_compute(limit, units); });
  return tasks * static_cast<double>(units * isa::Limits::kUnit) / seconds;
}

void LimitMeter::run_compute(Limit limit, std::int64_t units) {
  const auto loop = limit == Limit::kFma      ? limits_.fma
                    : limit == Limit::kUnpack ? limits_.unpack
                    : limit == Limit::kInt8   ? limits_.int8
                                              : limits_.int16;
  pool_.parallel_for(kTasksPerThread * pool_.size(),
                     [&](std::size_t) { loop(units * isa::Limits::kUnit); });
}

double LimitMeter::read_slice(int streams, double seconds) {
  const double bytes = expected_[index(Limit::kRead)] * seconds;
  const std::size_t count = std::max<std::size_t>(
      static_cast<std::size_t>(bytes / static_cast<double>(kChunk)), pool_.size());
  const double spent = seconds_of([&] {
    pool_.parallel_for(count, [&](std::size_t i) {
      limits_.read(memory_.data() + (next_chunk_ + i) % chunks_ * kChunk, kChunk, streams);
    });
  });
  next_chunk_ = (next_chunk_ + count) % chunks_;
  return static_cast<double>(count * kChunk) / spent;
}

}  // namespace decibit::bench
