// SPDX-License-Identifier: Apache-2.0
#include "bench/random.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "kernels/kernel_table.h"
#include "quant/element.h"

namespace decibit::bench {
namespace {

constexpr std::int64_t kDistinctRows = 16;
constexpr float kWeightDeviation = 0.02F;

}  // namespace

std::vector<float> random_floats(std::int64_t count, float deviation) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, deviation);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = normal(random);
  return values;
}

std::vector<std::byte> random_elements(DType dtype, std::int64_t count) {
  const std::vector<float> values = random_floats(count);
  std::vector<std::byte> bytes(values.size() * static_cast<std::size_t>(size_bytes(dtype)));
  for (std::size_t i = 0; i < values.size(); ++i) store_element(dtype, values[i], bytes.data(), i);
  return bytes;
}

RandomWeights::RandomWeights(const Format& format, std::int64_t n, std::int64_t k,
                             std::uint64_t least_bytes)
    : format_(format), n_(n), k_(k) {
  if (format.scheme) {
    const Scheme& scheme = *format.scheme;
    data_.row = static_cast<std::size_t>(scheme.words_per_row(k) * 4);
    scales_.row = static_cast<std::size_t>(scheme.groups_per_row(k) *
                                           size_bytes(scheme.scale_dtype(format.dtype)));
    if (scheme.has_biases()) biases_.row = scales_.row;
  } else {
    data_.row = static_cast<std::size_t>(k * size_bytes(format.dtype));
  }
  const std::uint64_t one = static_cast<std::uint64_t>(n) * (data_.row + scales_.row + biases_.row);
  copies_ = static_cast<std::size_t>(std::max<std::uint64_t>((least_bytes + one - 1) / one, 1));
  for (Part* part : {&data_, &scales_, &biases_})
    part->bytes.resize(copies_ * static_cast<std::size_t>(n) * part->row);
  for (std::int64_t row = 0; row < std::min(n, kDistinctRows); ++row) make_row(row);
  for (Part* part : {&data_, &scales_, &biases_}) repeat(*part);
}

void RandomWeights::make_row(std::int64_t row) {
  const std::vector<float> values = random_floats(k_, kWeightDeviation);
  std::vector<std::byte> dense(values.size() * static_cast<std::size_t>(size_bytes(format_.dtype)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    // Another beginning for each row.
    const std::size_t from = (i + static_cast<std::size_t>(row)) % values.size();
    store_element(format_.dtype, values[from], dense.data(), i);
  }
  const auto index = static_cast<std::size_t>(row);
  std::byte* const data = data_.bytes.data() + index * data_.row;
  if (!format_.scheme) {
    std::memcpy(data, dense.data(), dense.size());
    return;
  }
  supported_tables().back()->quantize_row(
      {*format_.scheme, Profile::kCpu, ScaleRule::kMlx, format_.dtype, k_, dense.data(), data,
       scales_.bytes.data() + index * scales_.row,
       biases_.row == 0 ? nullptr : biases_.bytes.data() + index * biases_.row});
}

/// The rows that were made, over and over.
void RandomWeights::repeat(Part& part) const {
  const std::size_t made = static_cast<std::size_t>(std::min(n_, kDistinctRows)) * part.row;
  for (std::size_t at = made; at < part.bytes.size(); at += made)
    std::memcpy(part.bytes.data() + at, part.bytes.data(), std::min(made, part.bytes.size() - at));
}

const std::byte* RandomWeights::at(const Part& part, std::size_t copy) const {
  return part.row == 0 ? nullptr
                       : part.bytes.data() + copy * static_cast<std::size_t>(n_) * part.row;
}

Matrix RandomWeights::copy(std::size_t i) const {
  if (!format_.scheme) return Matrix::dense(format_.dtype, at(data_, i), n_, k_);
  return Matrix::quantized(*format_.scheme, at(data_, i), at(scales_, i), format_.dtype,
                           at(biases_, i), n_, k_);
}

}  // namespace decibit::bench
