// SPDX-License-Identifier: Apache-2.0
// Quantization in memory: weights per second by scheme, type, table and number of threads. The
// shape is that of a large linear layer (4096 x 4096), which no cache holds. quantize_mlx.py
// measures mlx on the same shapes.
//
//   bench_quantize --benchmark_filter='4:64.*all'
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "core/thread_pool.h"
#include "kernels/quantize_rows.h"
#include "quant/element.h"
#include "register_all.h"

namespace decibit {
namespace {

constexpr std::int64_t kRows = 4096, kK = 4096;

// Normal weights of a common size; one row of random numbers, turned a little for each further row.
const std::vector<std::byte>& weights_of(DType dtype) {
  static std::vector<std::byte> by_type[2];
  std::vector<std::byte>& weights = by_type[dtype == DType::kF32 ? 0 : 1];
  if (!weights.empty()) return weights;
  weights.resize(static_cast<std::size_t>(kRows * kK * size_bytes(dtype)));
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.02f);
  std::vector<float> numbers(static_cast<std::size_t>(kK));
  for (float& x : numbers) x = normal(random);
  for (std::size_t r = 0; r < kRows; ++r)
    for (std::size_t i = 0; i < kK; ++i)
      store_element(dtype, numbers[(i + 7 * r) % kK], weights.data(), r * kK + i);
  return weights;
}

void quantize(benchmark::State& state, const KernelTable& table, const Scheme& scheme, DType dtype,
              unsigned threads) {
  ThreadPool pool(threads);
  RowBlock block{
      scheme,  Profile::kCpu, ScaleRule::kMlx, dtype, kRows, kK, weights_of(dtype).data(),
      nullptr, nullptr,       nullptr};
  std::vector<std::byte> codes(static_cast<std::size_t>(kRows * scheme.words_per_row(kK) * 4));
  std::vector<std::byte> scales(static_cast<std::size_t>(
      kRows * scheme.groups_per_row(kK) * size_bytes(scale_dtype(scheme, ScaleRule::kMlx, dtype))));
  std::vector<std::byte> biases(scheme.has_biases() ? scales.size() : 0);
  block.codes = codes.data();
  block.scales = scales.data();
  block.biases = scheme.has_biases() ? biases.data() : nullptr;
  QuantError error;
  constexpr std::int64_t kRowsPerTask = 64;
  std::vector<QuantError> errors(kRows / kRowsPerTask);
  for (auto _ : state)
    pool.parallel_for(errors.size(), [&](std::size_t task) {
      errors[task] = quantize_rows(
          table, slice_rows(block, static_cast<std::int64_t>(task) * kRowsPerTask, kRowsPerTask));
    });
  for (const QuantError& part : errors) error.add(part);
  state.counters["weights"] = benchmark::Counter(static_cast<double>(kRows * kK),
                                                 benchmark::Counter::kIsIterationInvariantRate);
  state.counters["sqnr_db"] = error.sqnr_db();
}

}  // namespace

void register_all() {
  const Scheme schemes[] = {
      Scheme::make(Mode::kAffine, 4, 64).value(), Scheme::make(Mode::kAffine, 8, 64).value(),
      Scheme::make(Mode::kMxfp4, {}, {}).value(), Scheme::make(Mode::kMxfp8, {}, {}).value(),
      Scheme::make(Mode::kNvfp4, {}, {}).value()};
  for (const Scheme& scheme : schemes)
    for (const DType dtype : {DType::kF32, DType::kBF16})
      for (const KernelTable* table : supported_tables())
        for (const unsigned threads : {1u, 0u})  // 0: one per core
          benchmark::RegisterBenchmark(
              (to_string(scheme) + "/" + std::string(name(dtype)) + "/" + std::string(table->name) +
               (threads == 1 ? "/one" : "/all"))
                  .c_str(),
              [=](benchmark::State& state) { quantize(state, *table, scheme, dtype, threads); })
              ->Unit(benchmark::kMillisecond)
              ->UseRealTime();
}

}  // namespace decibit
