// SPDX-License-Identifier: Apache-2.0
#include "kernels/matrix.h"

#include <bit>

#include "core/check.h"
#include "kernels/element_of.h"

namespace decibit {
namespace {

isa::WeightKind kind_of(DType dtype) {
  DECIBIT_CHECK(is_mlx_float(dtype));
  if (dtype == DType::kF16) return isa::WeightKind::kF16;
  return dtype == DType::kBF16 ? isa::WeightKind::kBF16 : isa::WeightKind::kF32;
}

isa::WeightKind kind_of(Mode mode) {
  switch (mode) {
    case Mode::kAffine:
      return isa::WeightKind::kAffine;
    case Mode::kMxfp4:
      return isa::WeightKind::kMxfp4;
    case Mode::kMxfp8:
      return isa::WeightKind::kMxfp8;
    case Mode::kNvfp4:
      return isa::WeightKind::kNvfp4;
  }
  DECIBIT_CHECK(false);
}

}  // namespace

Matrix Matrix::dense(DType dtype, const std::byte* data, std::int64_t n, std::int64_t k) {
  Matrix m;
  m.dtype_ = dtype;
  m.view_ = {kind_of(dtype),
             size_bits(dtype),
             0,
             element_of(dtype),
             n,
             k,
             plain_bytes(data),
             k * decibit::size_bytes(dtype),
             nullptr,
             nullptr,
             0};
  return m;
}

Matrix Matrix::quantized(const Scheme& scheme, const std::byte* codes, const std::byte* scales,
                         DType scale_dtype, const std::byte* biases, std::int64_t n,
                         std::int64_t k) {
  DECIBIT_CHECK(scheme.fits(k) && scheme.has_biases() == (biases != nullptr));
  DECIBIT_CHECK(!scheme.has_biases() || is_mlx_float(scale_dtype));
  Matrix m;
  m.scheme_ = scheme;
  m.dtype_ = scheme.has_biases() ? scale_dtype : DType::kU8;
  m.view_ = {kind_of(scheme.mode()),
             scheme.bits(),
             std::countr_zero(static_cast<unsigned>(scheme.group_size())),
             scheme.has_biases() ? element_of(scale_dtype) : isa::Element::kF32,
             n,
             k,
             plain_bytes(codes),
             scheme.words_per_row(k) * 4,
             plain_bytes(scales),
             plain_bytes(biases),
             scheme.groups_per_row(k) * decibit::size_bytes(m.dtype_)};
  return m;
}

std::int64_t Matrix::size_bytes() const {
  const std::int64_t scale_arrays = dense() ? 0 : view_.biases == nullptr ? 1 : 2;
  return view_.n * (view_.row_bytes + scale_arrays * view_.scale_row_bytes);
}

Matrix Matrix::rows(std::int64_t first, std::int64_t count) const {
  DECIBIT_CHECK(first >= 0 && count >= 0 && first <= n() - count);
  Matrix m = *this;
  m.view_.n = count;
  m.view_.data += first * view_.row_bytes;
  if (m.view_.scales != nullptr) m.view_.scales += first * view_.scale_row_bytes;
  if (m.view_.biases != nullptr) m.view_.biases += first * view_.scale_row_bytes;
  return m;
}

}  // namespace decibit
