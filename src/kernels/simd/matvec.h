// SPDX-License-Identifier: Apache-2.0
// The functions of kernels/matvec.h over a vector type V (the folder's matvec_ops.h): which block
// type a weight has, and the walk over pairs of rows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/matvec.h"
#include "kernels/simd/matvec_input.h"
#include "kernels/simd/matvec_integers.h"
#include "kernels/simd/matvec_rows.h"
#include "kernels/simd/matvec_unpack.h"

namespace decibit::isa {
namespace {

// Calls body(B{}) with the block type of a weight for float activations.
template <class V, class Body>
void with_float_block(const Weights& w, const Body& body) {
  switch (w.kind) {
    case WeightKind::kF32:
      return body(DenseBlock<V, Element::kF32>{});
    case WeightKind::kF16:
      return body(DenseBlock<V, Element::kF16>{});
    case WeightKind::kBF16:
      return body(DenseBlock<V, Element::kBF16>{});
    case WeightKind::kMxfp8:
      return body(Fp8Halves<V>{});
    case WeightKind::kMxfp4:
    case WeightKind::kNvfp4:
      return body(Fp4Fields<V>{});
    case WeightKind::kAffine:
      break;
  }
  switch (w.bits) {
    case 1:
      return body(DwordFields<V, 1>{});
    case 2:
      return body(DwordFields<V, 2>{});
    case 3:
      return body(SpreadFields<V, 3>{});
    case 4:
      return body(DwordFields<V, 4>{});
    case 5:
      return body(SpreadFields<V, 5>{});
    case 6:
      return body(SpreadFields<V, 6>{});
    default:
      return body(DwordFields<V, 8>{});
  }
}

// The same for integer activations; w is affine, mxfp4 or nvfp4. Widths that are not powers of two
// come as words for int8 activations too.
template <class V, class Body>
void with_integer_block(const Weights& w, Input input, const Body& body) {
  const bool bytes = input == Input::kI8;
  if (w.kind != WeightKind::kAffine) return bytes ? body(Fp4ByteFields<V>{}) : body(Fp4Words<V>{});
  switch (w.bits) {
    case 1:
      return bytes ? body(ByteFields<V, 1>{}) : body(WordFields<V, 1>{});
    case 2:
      return bytes ? body(ByteFields<V, 2>{}) : body(WordFields<V, 2>{});
    case 3:
      return body(SpreadWords<V, 3>{});
    case 4:
      return bytes ? body(ByteFields<V, 4>{}) : body(WordFields<V, 4>{});
    case 5:
      return body(SpreadWords<V, 5>{});
    case 6:
      return body(SpreadWords<V, 6>{});
    default:
      if constexpr (V::kWideBytes)
        if (bytes) return body(ByteFields<V, 8>{});
      return body(WordFields<V, 8>{});
  }
}

template <class V, class Body>
void with_block(const Weights& w, Input input, const Body& body) {
  if (input == Input::kF32) return with_float_block<V>(w, body);
  with_integer_block<V>(w, input, body);
}

inline bool matvec_supports(const Weights& w, Input input) {
  return input == Input::kF32 || (!w.dense() && w.kind != WeightKind::kMxfp8);
}

inline std::uint32_t matvec_layout(const Weights& w, Input input) {
  return static_cast<std::uint32_t>(w.kind) << 16 | static_cast<std::uint32_t>(w.bits) << 8 |
         static_cast<std::uint32_t>(w.group_shift) << 2 | static_cast<std::uint32_t>(input);
}

template <class V>
std::size_t matvec_input_bytes(const Weights& w, Input input, std::int64_t m) {
  std::size_t bytes = 0;
  with_block<V>(w, input, [&](auto block) { bytes = InputShape<V, decltype(block)>(w).bytes(m); });
  return bytes;
}

template <class V>
void matvec_prepare(const Weights& w, Input input, const float* x, std::int64_t x_stride,
                    std::int64_t m, void* out) {
  with_block<V>(w, input, [&](auto block) {
    prepare_input<V, decltype(block)>(w, x, x_stride, m, kLargestCode[static_cast<int>(input)],
                                      out);
  });
}

inline void finish(const MatvecJob& job, std::int64_t m, std::int64_t n, float sum) {
  float* y = job.y + m * job.y_stride + n;
  if (job.bias != nullptr) sum += job.bias[n];
  *y = job.add ? *y + sum : sum;
}

template <class V, class B, int M>
void multiply_pass(const MatvecJob& job, const InputShape<V, B>& shape, std::int64_t first_m,
                   const std::int64_t (&rows)[kPair]) {
  const auto* input = static_cast<const std::uint8_t*>(job.input);
  const auto before = static_cast<std::size_t>(first_m);
  const auto* x_scales =
      reinterpret_cast<const float*>(input + shape.scales_at(job.m) + before * shape.scale_row);
  const auto* sums =
      reinterpret_cast<const float*>(input + shape.sums_at(job.m)) + first_m * shape.padded_groups;
  float out[kPair][M];
  RowProduct<V, B, M>(*job.w, shape, input + before * shape.x_row, x_scales, sums)
      .compute(rows, out);
  for (int r = 0; r < (rows[0] == rows[1] ? 1 : kPair); ++r)
    for (int i = 0; i < M; ++i) finish(job, first_m + i, rows[r], out[r][i]);
}

template <class V, class B>
void multiply_pair(const MatvecJob& job, const InputShape<V, B>& shape,
                   const std::int64_t (&rows)[kPair]) {
  for (std::int64_t first = 0; first < job.m; first += kPassRows) {
    switch (job.m - first) {
      case 1:
        multiply_pass<V, B, 1>(job, shape, first, rows);
        break;
      case 2:
        multiply_pass<V, B, 2>(job, shape, first, rows);
        break;
      case 3:
        multiply_pass<V, B, 3>(job, shape, first, rows);
        break;
      case 4:
        multiply_pass<V, B, 4>(job, shape, first, rows);
        break;
      default:
        multiply_pass<V, B, 5>(job, shape, first, rows);
    }
  }
}

// Row i goes with row i + half: far apart, two streams.
template <class V, class B>
void multiply_range(const MatvecJob& job) {
  const InputShape<V, B> shape(*job.w);
  const std::int64_t half = (job.n1 - job.n0) / 2;
  for (std::int64_t i = 0; i < half; ++i) {
    const std::int64_t rows[kPair] = {job.n0 + i, job.n0 + half + i};
    multiply_pair<V, B>(job, shape, rows);
  }
  if (job.n0 + 2 * half == job.n1) return;
  const std::int64_t last[kPair] = {job.n1 - 1, job.n1 - 1};
  multiply_pair<V, B>(job, shape, last);
}

template <class V>
void matvec_multiply(const MatvecJob& job, Input input) {
  with_block<V>(*job.w, input, [&](auto block) { multiply_range<V, decltype(block)>(job); });
}

template <class V>
constexpr Matvec matvec_table() {
  return {matvec_supports, matvec_layout, matvec_input_bytes<V>, matvec_prepare<V>,
          matvec_multiply<V>};
}

}  // namespace
}  // namespace decibit::isa
