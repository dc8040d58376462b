// SPDX-License-Identifier: Apache-2.0
// Products of few rows of activations, one thread: weights and bytes per second by scheme, table,
// kind of input and number of rows. The weights are 256 MiB, read once in each iteration. The
// second group of benchmarks measures nothing in time: its counters are the errors of each kind of
// input, relative to the rms of y, on Gaussian activations and on ones with large channels.
//
//   bench_matvec --benchmark_filter='speed/avx2/4:64/int8/1$'
//   bench_matvec --benchmark_filter=error
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "kernels/kernel_table.h"
#include "kernels/matrix.h"
#include "quant/element.h"
#include "register_all.h"

namespace decibit {
namespace {

using isa::Input;
constexpr const char* kInputNames[] = {"f32", "int16", "int8"};

struct Format {
  std::optional<Scheme> scheme;
  DType dtype;  // dense, or of scales
  std::string name() const {
    return scheme ? to_string(*scheme) : std::string(decibit::name(dtype));
  }
};

std::vector<Format> formats() {
  std::vector<Format> all;
  for (const Scheme& scheme : all_schemes()) all.push_back({scheme, DType::kBF16});
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) all.push_back({{}, dtype});
  return all;
}

std::vector<float> gaussian(std::int64_t n, float size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, size);
  std::vector<float> x(static_cast<std::size_t>(n));
  for (float& v : x) v = normal(random);
  return x;
}

/// `rows` different rows of Gaussian weights, repeated n times in all.
struct Weights {
  std::vector<std::byte> data, scales, biases;
  Matrix matrix;

  Weights(const Format& f, std::int64_t n, std::int64_t k, std::int64_t rows) {
    const std::vector<float> values = gaussian(rows * k, 0.02f, 1);
    std::vector<std::byte> source(static_cast<std::size_t>(rows * k * size_bytes(f.dtype)));
    for (std::size_t i = 0; i < values.size(); ++i)
      store_element(f.dtype, values[i], source.data(), i);
    const auto source_row = static_cast<std::size_t>(k * size_bytes(f.dtype));
    const std::size_t row =
        f.scheme ? static_cast<std::size_t>(f.scheme->words_per_row(k) * 4) : source_row;
    data.resize(static_cast<std::size_t>(n) * row);
    std::size_t scale_row = 0;
    if (f.scheme) {
      const DType type = f.scheme->scale_dtype(f.dtype);
      scale_row = static_cast<std::size_t>(f.scheme->groups_per_row(k) * size_bytes(type));
      scales.resize(static_cast<std::size_t>(n) * scale_row);
      if (f.scheme->has_biases()) biases.resize(scales.size());
    }
    const auto copy = [](std::vector<std::byte>& to, std::size_t at, const std::byte* from,
                         std::size_t size) {
      std::copy_n(from, size, to.begin() + static_cast<std::ptrdiff_t>(at));
    };
    for (std::size_t r = 0; r < static_cast<std::size_t>(n); ++r) {
      const std::size_t from = r % static_cast<std::size_t>(rows);
      if (from < r) {
        copy(data, r * row, data.data() + from * row, row);
        copy(scales, r * scale_row, scales.data() + from * scale_row, scale_row);
        if (!biases.empty())
          copy(biases, r * scale_row, biases.data() + from * scale_row, scale_row);
      } else if (f.scheme) {
        supported_tables().back()->quantize_row(
            {*f.scheme, Profile::kCpu, ScaleRule::kMlx, f.dtype, k, source.data() + r * source_row,
             data.data() + r * row, scales.data() + r * scale_row,
             biases.empty() ? nullptr : biases.data() + r * scale_row});
      } else {
        copy(data, r * row, source.data() + r * source_row, row);
      }
    }
    matrix = f.scheme ? Matrix::quantized(*f.scheme, data.data(), scales.data(), f.dtype,
                                          biases.empty() ? nullptr : biases.data(), n, k)
                      : Matrix::dense(f.dtype, data.data(), n, k);
  }
};

class Prepared {
 public:
  Prepared(const isa::Matvec& matvec, const isa::Weights& w, Input input,
           const std::vector<float>& x, std::int64_t m)
      : bytes_(static_cast<std::byte*>(
            ::operator new (matvec.input_bytes(w, input, m), std::align_val_t{64}))) {
    matvec.prepare(w, input, x.data(), w.k, m, bytes_);
  }
  ~Prepared() { ::operator delete (bytes_, std::align_val_t{64}); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  const std::byte* data() const { return bytes_; }

 private:
  std::byte* bytes_;
};

std::vector<float> product(const isa::Matvec& matvec, const isa::Weights& w, Input input,
                           const std::vector<float>& x, std::int64_t m) {
  const Prepared prepared(matvec, w, input, x, m);
  std::vector<float> y(static_cast<std::size_t>(m * w.n));
  matvec.multiply({&w, prepared.data(), m, nullptr, y.data(), w.n, 0, w.n, false}, input);
  return y;
}

void speed(benchmark::State& state, const KernelTable& table, const Format& format, Input input,
           std::int64_t m) {
  constexpr std::int64_t kK = 3072;
  const Weights one(format, 16, kK, 16);
  const std::int64_t n = (std::int64_t{256} << 20) / (one.matrix.size_bytes() / 16);
  const Weights weights(format, n, kK, 16);
  const isa::Weights& w = weights.matrix.view();
  const Prepared prepared(*table.matvec, w, input, gaussian(m * kK, 1, 2), m);
  std::vector<float> y(static_cast<std::size_t>(m * n));
  for (auto _ : state)
    table.matvec->multiply({&w, prepared.data(), m, nullptr, y.data(), n, 0, n, false}, input);
  using benchmark::Counter;
  state.counters["macs"] =
      Counter(static_cast<double>(m * n * kK), Counter::kIsIterationInvariantRate);
  state.counters["bytes"] =
      Counter(static_cast<double>(weights.matrix.size_bytes()), Counter::kIsIterationInvariantRate);
}

double error(const isa::Matvec& matvec, const isa::Weights& w, Input input,
             const std::vector<float>& x) {
  const std::vector<float> want =
      product(*supported_tables()[0]->matvec, w, Input::kF32, x, 1);  // in double
  const std::vector<float> got = product(matvec, w, input, x, 1);
  double noise = 0, signal = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    noise += std::pow(double{got[i]} - want[i], 2);
    signal += std::pow(double{want[i]}, 2);
  }
  return std::sqrt(noise / signal);
}

void errors(benchmark::State& state, const KernelTable& table, const Format& format, Input input) {
  constexpr std::int64_t kK = 2048, kN = 256;
  const Weights weights(format, kN, kK, kN);
  std::vector<float> x = gaussian(kK, 1, 2), four = x, one = x;
  for (const std::size_t channel : {100u, 700u, 1300u, 1900u}) four[channel] *= 50;
  one[700] *= 1000;
  for (auto _ : state) {
    state.counters["gaussian"] = error(*table.matvec, weights.matrix.view(), input, x);
    state.counters["four_x50"] = error(*table.matvec, weights.matrix.view(), input, four);
    state.counters["one_x1000"] = error(*table.matvec, weights.matrix.view(), input, one);
  }
}

}  // namespace

void register_all() {
  for (const KernelTable* table : supported_tables()) {
    for (const Format& format : formats()) {
      for (const Input input : {Input::kF32, Input::kI16, Input::kI8}) {
        const Weights probe(format, 1, 128, 1);
        if (!table->matvec->supports(probe.matrix.view(), input)) continue;
        const std::string name = std::string(table->name) + "/" + format.name() + "/" +
                                 kInputNames[static_cast<int>(input)];
        benchmark::RegisterBenchmark(("error/" + name).c_str(), [=](benchmark::State& state) {
          errors(state, *table, format, input);
        })->Iterations(1);
        if (table->name == "reference") continue;
        for (const std::int64_t m : {1, 2, 4, 8})
          benchmark::RegisterBenchmark(
              ("speed/" + name + "/" + std::to_string(m)).c_str(),
              [=](benchmark::State& state) { speed(state, *table, format, input, m); })
              ->Unit(benchmark::kMillisecond)
              ->UseRealTime();
      }
    }
  }
}

}  // namespace decibit
