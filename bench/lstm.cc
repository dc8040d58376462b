// SPDX-License-Identifier: Apache-2.0
// Steps of an LSTM in one direction on one thread, weights as they lie in the caches after the
// first of 200 steps. The counter is the bytes of Wh that steps go through per second.
//
//   bench_lstm --benchmark_filter='avx2/F16/256'
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kernels/kernel_table.h"
#include "kernels/matrix.h"
#include "quant/element.h"
#include "register_all.h"

namespace decibit {
namespace {

constexpr std::int64_t kSteps = 200;

std::vector<float> normals(std::int64_t n, float size) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, size);
  std::vector<float> values(static_cast<std::size_t>(n));
  for (float& x : values) x = normal(random);
  return values;
}

/// Recurrent weights of a direction, and where they are unpacked to.
struct Weights {
  std::vector<std::byte> data;
  Matrix matrix;
  std::unique_ptr<void, decltype(&std::free)> unpacked{nullptr, &std::free};

  Weights(const isa::Lstm& lstm, DType dtype, std::int64_t hidden) {
    const auto values = normals(4 * hidden * hidden, 0.05f);
    data.resize(values.size() * static_cast<std::size_t>(size_bytes(dtype)));
    for (std::size_t i = 0; i < values.size(); ++i) store_element(dtype, values[i], data.data(), i);
    matrix = Matrix::dense(dtype, data.data(), 4 * hidden, hidden);
    unpacked.reset(std::aligned_alloc(64, (lstm.unpacked_bytes(matrix.view()) + 63) / 64 * 64));
    lstm.unpack(matrix.view(), unpacked.get());
  }
};

void steps(benchmark::State& state, const isa::Lstm& lstm, DType dtype, std::int64_t hidden) {
  const Weights w(lstm, dtype, hidden);
  const auto gates = normals(kSteps * 4 * hidden, 1);
  std::vector<float> y(static_cast<std::size_t>(kSteps * hidden)),
      h(static_cast<std::size_t>(hidden)), c = h;
  for (auto _ : state)
    lstm.run({&w.matrix.view(), w.unpacked.get(), hidden, kSteps, gates.data(), 4 * hidden, false,
              y.data(), hidden, h.data(), c.data()});
  using benchmark::Counter;
  state.counters["step"] = Counter(
      kSteps, static_cast<Counter::Flags>(Counter::kIsIterationInvariantRate | Counter::kInvert));
  state.counters["bytes"] = Counter(static_cast<double>(kSteps * w.matrix.size_bytes()),
                                    Counter::kIsIterationInvariantRate);
}

void unpacking(benchmark::State& state, const isa::Lstm& lstm, DType dtype, std::int64_t hidden) {
  const Weights w(lstm, dtype, hidden);
  for (auto _ : state) lstm.unpack(w.matrix.view(), w.unpacked.get());
}

}  // namespace

void register_all() {
  for (const KernelTable* table : supported_tables()) {
    if (table->name == "reference") continue;
    for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
      for (const std::int64_t hidden : {128, 256, 512}) {
        const std::string what = fmt::format("{}/{}/{}", table->name, name(dtype), hidden);
        benchmark::RegisterBenchmark((what + "/steps").c_str(), [=](benchmark::State& state) {
          steps(state, *table->lstm, dtype, hidden);
        });
        benchmark::RegisterBenchmark((what + "/unpack").c_str(), [=](benchmark::State& state) {
          unpacking(state, *table->lstm, dtype, hidden);
        });
      }
    }
  }
}

}  // namespace decibit
