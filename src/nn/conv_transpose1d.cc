// SPDX-License-Identifier: Apache-2.0
#include "nn/conv_transpose1d.h"

#include <array>

#include "core/check.h"
#include "nn/products.h"
#include "nn/split.h"

namespace decibit {

ConvTranspose1d::ConvTranspose1d(const ConvTransposeShape& shape, const Matrix& weight,
                                 std::span<const float> bias)
    : shape_(shape), weight_(weight), bias_(bias) {
  DECIBIT_CHECK(shape.taps >= shape.stride && shape.padding >= 0);  // every row of y meets a tap
  // Row q * stride + r of y meets x[i] through tap t when i * stride + t - padding is that row:
  // t = first + m * stride and i = q + shift - m, with first + shift * stride = r + padding.
  for (int r = 0; r < shape.stride; ++r) {
    Phase phase;
    const int first = (r + shape.padding) % shape.stride;
    const int shift = (r + shape.padding) / shape.stride;
    const int taps = first >= shape.taps ? 0 : (shape.taps - 1 - first) / shape.stride + 1;
    for (int m = taps - 1; m >= 0; --m) {
      phase.rows.push_back(shift - m);
      phase.indices.push_back(first + m * shape.stride);
    }
    phases_.push_back(std::move(phase));
  }
}

ConvTranspose1d ConvTranspose1d::depthwise(const ConvTransposeShape& shape,
                                           std::span<const float> lanes,
                                           std::span<const float> bias, WeightMemory& memory) {
  DECIBIT_CHECK(shape.depthwise && shape.inputs == shape.outputs);
  ConvTranspose1d conv(shape, {}, bias);
  if (lanes.empty()) return conv;  // the binder knows why
  for (Phase& phase : conv.phases_) {
    const auto own = memory.floats(static_cast<std::int64_t>(phase.indices.size()) * shape.outputs);
    float* to = own.data();
    for (const std::int32_t tap : phase.indices)
      to = std::copy_n(lanes.data() + tap * shape.outputs, shape.outputs, to);
    phase.lanes = own;
  }
  return conv;
}

void ConvTranspose1d::forward(const Context& context, ConstRows x, Rows y,
                              const isa::Prologue& prologue) const {
  DECIBIT_CHECK(x.width == shape_.inputs && y.width == shape_.outputs);
  const float* const bias = bias_.empty() ? nullptr : bias_.data();
  const std::int64_t stride = shape_.stride;
  const auto rows_of = [&](std::int64_t phase) { return (y.count - phase + stride - 1) / stride; };
  if (shape_.depthwise) {
    DECIBIT_CHECK(!prologue.any());
    for_parts(context, rows_of(0), rows_per_part(y.width * stride),
              [&](std::int64_t t0, std::int64_t t1) {
                for (std::int64_t r = 0; r < stride; ++r) {
                  const Phase& phase = phases_[static_cast<std::size_t>(r)];
                  context.kernels.pointwise->depthwise(
                      x.data, x.stride, x.count, shape_.inputs, phase.lanes.data(),
                      static_cast<int>(phase.rows.size()), 1, 1, -phase.rows.front(), bias, t0,
                      std::min(t1, rows_of(r)), y.row(r), y.stride * stride);
                }
              });
    return;
  }
  DECIBIT_CHECK(phases_.size() <= kMostProducts);
  std::array<Product, kMostProducts> products;
  for (std::int64_t r = 0; r < stride; ++r) {
    const Phase& phase = phases_[static_cast<std::size_t>(r)];
    products[static_cast<std::size_t>(r)] = {
        {&weight_.view(), shape_.inputs, static_cast<int>(phase.rows.size()), phase.rows.data(),
         phase.indices.data(), 1, x.data, x.stride, x.count, prologue, bias, y.row(r),
         y.stride * stride, false, 0, 0, 0, 0, nullptr},
        rows_of(r)};
  }
  run_products(context, std::span(products).first(phases_.size()));
}

}  // namespace decibit
