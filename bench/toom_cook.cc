// SPDX-License-Identifier: Apache-2.0
// Convolutions of Kokoro's decoder on one thread, direct and by Toom-Cook: multiply-adds per second
// of the direct sum. Shapes are channels x features x rows of some seconds of audio.
//
//   bench_toom_cook --benchmark_filter='avx2.*128x128.*k11'
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kernels/kernel_table.h"
#include "kernels/matrix.h"
#include "register_all.h"

namespace decibit {
namespace {

struct Shape {
  std::int64_t channels, features, rows;
  int taps, dilation;
};

std::vector<float> normals(std::int64_t n, float size) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, size);
  std::vector<float> values(static_cast<std::size_t>(n));
  for (float& x : values) x = normal(random);
  return values;
}

template <class Family>
void convolve(benchmark::State& state, const Family& family, const Shape& shape) {
  const auto x = normals(shape.rows * shape.channels, 1);
  const auto weights = normals(shape.features * shape.taps * shape.channels, 0.05f);
  std::vector<float> y(static_cast<std::size_t>(shape.rows * shape.features));
  std::vector<std::int32_t> tap_row, tap_index;
  for (int j = 0; j < shape.taps; ++j) {
    tap_row.push_back((j - shape.taps / 2) * shape.dilation);
    tap_index.push_back(j);
  }
  const Matrix matrix =
      Matrix::dense(DType::kF32, reinterpret_cast<const std::byte*>(weights.data()), shape.features,
                    shape.taps * shape.channels);
  isa::GemmJob job = {};
  job.w = &matrix.view();
  job.channels = shape.channels;
  job.taps = shape.taps;
  job.tap_row = tap_row.data();
  job.tap_index = tap_index.data();
  job.stride = 1;
  job.x = x.data();
  job.x_stride = shape.channels;
  job.x_rows = job.t1 = shape.rows;
  job.y = y.data();
  job.y_stride = job.n1 = shape.features;
  const std::size_t bytes = (family.scratch_bytes(job) + 127) / 64 * 64;
  const std::unique_ptr<void, decltype(&std::free)> scratch(std::aligned_alloc(64, bytes),
                                                            &std::free);
  job.scratch = scratch.get();
  for (auto _ : state) {
    family.multiply(job);
    benchmark::ClobberMemory();
  }
  state.counters["mac"] = benchmark::Counter(
      static_cast<double>(shape.rows * shape.features * shape.channels * shape.taps),
      benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace

void register_all() {
  std::vector<Shape> shapes;
  for (const Shape& stage : {Shape{128, 128, 9600, 0, 0}, Shape{256, 256, 2400, 0, 0}})
    for (const int taps : {3, 7, 11})
      for (const int dilation : {1, 3, 5})
        shapes.push_back({stage.channels, stage.features, stage.rows, taps, dilation});
  for (const std::int64_t rows : {40, 60, 80, 120, 160, 300, 600})
    shapes.push_back({1090, 1024, rows, 3, 1});
  for (const KernelTable* table : supported_tables()) {
    if (table->name == "reference") continue;
    for (const Shape& s : shapes) {
      const std::string shape = fmt::format("{}/{}x{}x{}/k{}d{}", table->name, s.channels,
                                            s.features, s.rows, s.taps, s.dilation);
      benchmark::RegisterBenchmark((shape + "/direct").c_str(), [=](benchmark::State& state) {
        convolve(state, *table->gemm, s);
      });
      benchmark::RegisterBenchmark((shape + "/toom_cook").c_str(), [=](benchmark::State& state) {
        convolve(state, *table->toom_cook, s);
      });
    }
  }
}

}  // namespace decibit
