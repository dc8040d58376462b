// SPDX-License-Identifier: Apache-2.0
// Normally distributed numbers, and weights made of them. Speed does not depend on the values, as
// long as they are ordinary numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/row.h"
#include "kernels/matrix.h"

namespace decibit::bench {

std::vector<float> random_floats(std::int64_t count, float deviation = 1);
/// The same as elements of F32, F16 or BF16.
std::vector<std::byte> random_elements(DType dtype, std::int64_t count);

/// Equal matrices at different addresses; sixteen rows of each are distinct.
class RandomWeights {
 public:
  /// As many copies as make `least_bytes`, at least one.
  RandomWeights(const Format& format, std::int64_t n, std::int64_t k, std::uint64_t least_bytes);
  std::size_t copies() const { return copies_; }
  Matrix copy(std::size_t i) const;
  std::int64_t bytes() const { return copy(0).size_bytes(); }

 private:
  struct Part {
    std::size_t row = 0;  // bytes
    std::vector<std::byte> bytes;
  };
  void make_row(std::int64_t row);
  void repeat(Part& part) const;
  const std::byte* at(const Part& part, std::size_t copy) const;

  Format format_;
  std::int64_t n_, k_;
  std::size_t copies_ = 1;
  Part data_, scales_, biases_;
};

}  // namespace decibit::bench
