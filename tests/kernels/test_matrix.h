// SPDX-License-Identifier: Apache-2.0
// Random weights, and jobs of gemm.h cut into parts, for tests. Buffers have exactly their size and
// odd addresses, so that a sanitizer sees one byte too many.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/matrix.h"
#include "quant/element.h"

namespace decibit::testing {

inline std::vector<float> normals(std::int64_t n, float size, std::mt19937& random) {
  std::normal_distribution<float> normal(0, size);
  std::vector<float> values(static_cast<std::size_t>(n));
  for (float& x : values) x = normal(random);
  return values;
}

/// Weights at an odd address that end where their buffer does.
struct TestMatrix {
  std::vector<std::byte> codes, scales, biases;
  Matrix matrix;

  static TestMatrix dense(DType dtype, std::int64_t n, std::int64_t k, std::mt19937& random) {
    TestMatrix m;
    m.codes = stored(dtype, normals(n * k, 0.1f, random));
    m.matrix = Matrix::dense(dtype, m.codes.data() + 1, n, k);
    return m;
  }

  static TestMatrix quantized(const Scheme& scheme, DType scale_dtype, std::int64_t n,
                              std::int64_t k, std::mt19937& random) {
    TestMatrix m;
    m.codes.resize(static_cast<std::size_t>(4 * n * scheme.words_per_row(k)) + 1);
    for (std::byte& b : m.codes) {
      b = static_cast<std::byte>(random() & 255u);
      if (scheme.mode() == Mode::kMxfp8 && (b & std::byte{0x7F}) == std::byte{0x7F})
        b = std::byte{1};
    }
    const std::int64_t groups = n * scheme.groups_per_row(k);
    if (scheme.has_biases()) {
      m.scales = stored(scale_dtype, normals(groups, 0.1f, random));
      m.biases = stored(scale_dtype, normals(groups, 0.1f, random));
    } else {
      m.scales.resize(static_cast<std::size_t>(groups) + 1);
      for (std::byte& b : m.scales)
        b = static_cast<std::byte>(scheme.mode() == Mode::kNvfp4 ? random() % 0x7F
                                                                 : 120 + random() % 8);
    }
    m.matrix = Matrix::quantized(scheme, m.codes.data() + 1, m.scales.data() + 1, scale_dtype,
                                 scheme.has_biases() ? m.biases.data() + 1 : nullptr, n, k);
    return m;
  }

  static std::vector<std::byte> stored(DType dtype, const std::vector<float>& values) {
    std::vector<std::byte> bytes(values.size() * static_cast<std::size_t>(size_bytes(dtype)) + 1);
    for (std::size_t i = 0; i < values.size(); ++i)
      store_element(dtype, values[i], bytes.data() + 1, i);
    return bytes;
  }
};

/// All of a job, in blocks of t_step rows and n_step features, over a copy of `y`.
template <class Family>
std::vector<float> run_in_parts(const Family& family, const isa::GemmJob& job,
                                const std::vector<float>& y, std::int64_t t_step,
                                std::int64_t n_step) {
  std::vector<float> out = y;
  isa::GemmJob part = job;
  part.y = out.data();
  const std::size_t bytes = (family.scratch_bytes(job) + 63) / 64 * 64;
  const std::unique_ptr<void, decltype(&std::free)> scratch(std::aligned_alloc(64, bytes + 64),
                                                            &std::free);
  part.scratch = scratch.get();
  for (part.n0 = 0; part.n0 < job.n1; part.n0 += n_step) {
    part.n1 = std::min(part.n0 + n_step, job.n1);
    for (part.t0 = 0; part.t0 < job.t1; part.t0 += t_step) {
      part.t1 = std::min(part.t0 + t_step, job.t1);
      family.multiply(part);
    }
  }
  return out;
}

}  // namespace decibit::testing
