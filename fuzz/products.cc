// SPDX-License-Identifier: Apache-2.0
// Products and convolutions of random shapes and schemes: every table against the reference, for
// every way in which activations enter. The bytes choose the shape; values come from a generator,
// since any value is legal and only shapes go wrong.
#include "nn/products.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "../tests/kernels/test_matrix.h"
#include "kernels/reference/weight_value.h"

namespace {

using namespace decibit;

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  /// 0 to n - 1; 0 when the bytes are used up.
  int below(int n) { return size_ == 0 ? 0 : (--size_, *data_++ % n); }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

/// The weights' format and the step of their channels.
struct Format {
  std::optional<Scheme> scheme;
  DType dtype;
};

Format choose_format(Bytes& bytes) {
  constexpr std::array kFloats = {DType::kF32, DType::kF16, DType::kBF16};
  const auto& schemes = all_schemes();
  const int which = bytes.below(static_cast<int>(schemes.size()) + 3);
  const DType dtype = kFloats[static_cast<std::size_t>(bytes.below(3))];
  if (which < 3) return {std::nullopt, dtype};
  return {schemes[static_cast<std::size_t>(which - 3)], dtype};
}

double largest(const std::vector<float>& values) {
  double most = 0;
  for (const float v : values) most = std::max(most, std::abs(double{v}));
  return most;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const Format format = choose_format(bytes);
  const std::int64_t channels =
      format.scheme ? format.scheme->group_size() * (1 + bytes.below(3)) : 1 + bytes.below(200);
  const std::int64_t n = 1 + bytes.below(70);
  const int taps = bytes.below(2) == 0 ? 1 : 1 + bytes.below(11);
  const int dilation = 1 + bytes.below(5), stride = 1 + bytes.below(3);
  const int padding = bytes.below(12);
  const std::int64_t rows = 1 + bytes.below(bytes.below(4) == 0 ? 200 : 12);
  const std::int64_t x_rows = 1 + bytes.below(255);
  const int kind = bytes.below(3), extras = bytes.below(16);
  std::mt19937 random(static_cast<unsigned>(bytes.below(256)));

  const auto m =
      format.scheme
          ? testing::TestMatrix::quantized(*format.scheme, format.dtype, n, taps * channels, random)
          : testing::TestMatrix::dense(format.dtype, n, taps * channels, random);
  std::vector<std::int32_t> tap_row, tap_index;
  for (int tap = 0; tap < taps; ++tap) {
    tap_row.push_back(taps == 1 && stride == 1 ? 0 : tap * dilation - padding);
    tap_index.push_back(tap);
  }
  const auto x = testing::normals(x_rows * channels, 1, random);
  const auto bias = testing::normals(n, 1, random), feature_scale = testing::normals(n, 1, random);
  const auto scale = testing::normals(channels, 1, random);
  const auto shift = testing::normals(channels, 1, random);
  std::vector<float> alpha(static_cast<std::size_t>(channels), 0.7f),
      inverse(alpha.size(), 1 / 0.7f);

  isa::GemmJob job = {};
  job.w = &m.matrix.view();
  job.channels = channels;
  job.taps = taps;
  job.tap_row = tap_row.data();
  job.tap_index = tap_index.data();
  job.stride = stride;
  job.x = x.data();
  job.x_stride = channels;
  job.x_rows = x_rows;
  job.prologue.kind = static_cast<isa::Prologue::Kind>(kind);
  job.prologue.slope = 0.1f;
  job.prologue.alpha = alpha.data();
  job.prologue.inv_alpha = inverse.data();
  if ((extras & 1) != 0) job.prologue.scale = scale.data(), job.prologue.shift = shift.data();
  if ((extras & 2) != 0) job.bias = bias.data();
  if ((extras & 4) != 0) job.feature_scale = feature_scale.data();
  job.add = (extras & 8) != 0;
  job.y_stride = n;
  // A matrix product needs as many rows as it makes.
  const std::int64_t made = taps == 1 && stride == 1 ? std::min(rows, x_rows) : rows;
  if (taps == 1 && stride == 1) job.x_rows = made;

  // |y| is at most sum |x w|: what roundings are relative to.
  double weight = 0;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t k = 0; k < taps * channels; ++k)
      weight = std::max(weight, std::abs(isa::weight_value(*job.w, i, k)));
  const double input = 3 * (largest(x) * (1 + largest(scale)) + largest(shift));
  const double most =
      weight * input * (1 + largest(feature_scale)) * static_cast<double>(taps * channels);

  static ThreadPool pool(2);
  static Workspace workspace;
  for (const Compute compute : {Compute::kExact, Compute::kAuto, Compute::kFast}) {
    // Tables differ in what they take by Toom-Cook, and then only float activations are alike.
    const bool direct = compute != Compute::kExact;
    // A prologue's last bit may move an activation to the next code; here up to four of them.
    const double code = compute == Compute::kFast ? 1.0 / 127 : 1.0 / 32639;
    const double moved = 4 * code * most / static_cast<double>(taps * channels);
    std::vector<float> want;
    for (const KernelTable* table : supported_tables()) {
      std::vector<float> y(static_cast<std::size_t>(made * n), 0.5f);
      Product product = {job, made};
      product.job.y = y.data();
      run_products({*table, pool, workspace, compute, direct}, {&product, 1});
      if (want.empty()) {
        want = std::move(y);
        continue;
      }
      for (std::size_t i = 0; i < y.size(); ++i) {
        const double error = std::abs(double{y[i]} - want[i]);
        if (error <= 2e-6 * most + 4e-5 * largest(want) + moved + 1e-5) continue;
        std::fprintf(stderr, "%s, compute %d: y[%zu] is %g, want %g\n", table->name.data(),
                     static_cast<int>(compute), i, double{y[i]}, double{want[i]});
        std::abort();
      }
    }
  }
  return 0;
}
