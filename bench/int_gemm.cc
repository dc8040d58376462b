// SPDX-License-Identifier: Apache-2.0
// Linear layers of many rows on integer activations, one thread: multiply-adds per second, with
// quantizing and unpacking, and as multiples of the exact product of the same shape and of a loop
// of FMAs. The three take turns in slices of some milliseconds, since other users of a machine
// change its speed from one second to the next: multiples are medians over slices next to each
// other.
//
//   bench_int_gemm --benchmark_filter='avx2/4:64/int8/256'
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/kernel_table.h"
#include "kernels/matrix.h"
#include "quant/element.h"
#include "register_all.h"

namespace decibit {
namespace {

using isa::GemmJob;
using isa::Input;

constexpr std::int64_t kFeatures = 1024, kChannels = 2048;

std::vector<float> normals(std::int64_t n, float size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, size);
  std::vector<float> values(static_cast<std::size_t>(n));
  for (float& x : values) x = normal(random);
  return values;
}

struct Weights {
  std::vector<std::byte> codes, scales, biases;
  Matrix matrix;

  explicit Weights(const Scheme& scheme) {
    std::mt19937 random(1);
    codes.resize(static_cast<std::size_t>(4 * kFeatures * scheme.words_per_row(kChannels)));
    for (std::byte& b : codes) b = static_cast<std::byte>(random() & 255u);
    const std::int64_t groups = kFeatures * scheme.groups_per_row(kChannels);
    scales.resize(static_cast<std::size_t>(2 * groups), std::byte{120});
    if (scheme.has_biases()) {
      biases = scales;
      const auto values = normals(2 * groups, 0.1f, 2);
      for (std::size_t i = 0; i < static_cast<std::size_t>(groups); ++i) {
        store_element(DType::kBF16, values[2 * i], scales.data(), i);
        store_element(DType::kBF16, values[2 * i + 1], biases.data(), i);
      }
    }
    matrix = Matrix::quantized(scheme, codes.data(), scales.data(), DType::kBF16,
                               scheme.has_biases() ? biases.data() : nullptr, kFeatures, kChannels);
  }
};

std::unique_ptr<void, decltype(&std::free)> aligned(std::size_t bytes) {
  return {std::aligned_alloc(64, (bytes + 127) / 64 * 64), &std::free};
}

/// Of this program's one thread: what others do with the core in between does not count.
double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

#if defined(__x86_64__)
// Ten chains of FMAs on registers; each returns what keeps compilers from dropping the loop.
[[gnu::target("avx2,fma")]] float fma_loop8(int n) {
  __m256 sums[10] = {};
  const __m256 a = _mm256_set1_ps(0.5f);
  for (int i = 0; i < n; ++i)
    for (__m256& sum : sums) sum = _mm256_fmadd_ps(sum, a, a);
  for (int i = 1; i < 10; ++i) sums[0] = _mm256_add_ps(sums[0], sums[i]);
  return _mm256_cvtss_f32(sums[0]);
}
[[gnu::target("avx512f")]] float fma_loop16(int n) {
  __m512 sums[10] = {};
  const __m512 a = _mm512_set1_ps(0.5f);
  for (int i = 0; i < n; ++i)
    for (__m512& sum : sums) sum = _mm512_fmadd_ps(sum, a, a);
  for (int i = 1; i < 10; ++i) sums[0] = _mm512_add_ps(sums[0], sums[i]);
  return _mm512_cvtss_f32(sums[0]);
}
#endif

/// Multiply-adds per second of nothing but FMAs of the table's width, at this moment; 0: unknown.
double fma_rate([[maybe_unused]] std::string_view table) {
#if defined(__x86_64__)
  constexpr int kSteps = 100000;
  const int lanes = table == "avx512" ? 16 : 8;
  const double start = seconds();
  benchmark::DoNotOptimize(lanes == 16 ? fma_loop16(kSteps) : fma_loop8(kSteps));
  return 10.0 * kSteps * lanes / (seconds() - start);
#else
  return 0;
#endif
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void speed(benchmark::State& state, const KernelTable& table, const Scheme& scheme, Input input,
           std::int64_t rows) {
  const Weights weights(scheme);
  const isa::Weights& w = weights.matrix.view();
  const auto x = normals(rows * kChannels, 1, 5);
  std::vector<float> y(static_cast<std::size_t>(rows * kFeatures));
  const std::int32_t zero = 0;
  GemmJob job = {};
  job.w = &w;
  job.channels = kChannels;
  job.taps = 1;
  job.tap_row = job.tap_index = &zero;
  job.stride = 1;
  job.x = x.data();
  job.x_stride = kChannels;
  job.x_rows = job.t1 = rows;
  job.y = y.data();
  job.y_stride = job.n1 = kFeatures;
  const isa::IntGemm& integers = *table.int_gemm;
  const auto prepared = aligned(integers.input_bytes(w, input, kChannels, rows));
  const auto scratch =
      aligned(std::max(integers.scratch_bytes(job, input), table.gemm->scratch_bytes(job)));
  job.scratch = scratch.get();
  const double products = static_cast<double>(rows * kFeatures * kChannels);

  std::vector<double> fast, of_fma, gain;
  for (auto _ : state) {
    const double start = seconds();
    integers.prepare(w, input, x.data(), kChannels, rows, kChannels, {}, 0, rows, prepared.get());
    integers.multiply(job, input, prepared.get());
    benchmark::ClobberMemory();
    const double between = seconds();
    table.gemm->multiply(job);
    benchmark::ClobberMemory();
    const double end = seconds();
    state.SetIterationTime(between - start);
    fast.push_back(products / (between - start));
    of_fma.push_back(products / (between - start) / fma_rate(table.name));
    gain.push_back((end - between) / (between - start));
  }
  state.counters["mac"] = median(fast);
  state.counters["of_fma"] = median(of_fma);
  state.counters["of_exact"] = median(gain);
}

}  // namespace

void register_all() {
  for (const KernelTable* table : supported_tables()) {
    if (table->name == "reference") continue;
    for (const Scheme& scheme : all_schemes()) {
      for (const Input input : {Input::kI16, Input::kI8}) {
        if (scheme.mode() == Mode::kMxfp8) continue;
        for (const std::int64_t rows : {64, 256, 1500})
          benchmark::RegisterBenchmark(
              fmt::format("{}/{}/{}/{}", table->name, to_string(scheme),
                          input == Input::kI16 ? "int16" : "int8", rows)
                  .c_str(),
              [=](benchmark::State& state) { speed(state, *table, scheme, input, rows); })
              ->UseManualTime();
      }
    }
  }
}

}  // namespace decibit
