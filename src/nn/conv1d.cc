// SPDX-License-Identifier: Apache-2.0
#include "nn/conv1d.h"

#include <fmt/format.h>

#include <array>

#include "core/check.h"
#include "nn/products.h"
#include "nn/split.h"

namespace decibit {

isa::Prologue channels_from(isa::Prologue prologue, std::int64_t first) {
  for (const float** p : {&prologue.scale, &prologue.shift, &prologue.alpha, &prologue.inv_alpha})
    if (*p != nullptr) *p += first;
  return prologue;
}

Conv1d::Conv1d(const ConvShape& shape, const Matrix& weight, std::span<const float> bias,
               std::span<const float> feature_scale)
    : shape_(shape), weight_(weight), bias_(bias), feature_scale_(feature_scale) {
  for (std::int32_t tap = 0; tap < shape.taps; ++tap) {
    rows_.push_back(tap * shape.dilation - shape.padding);
    indices_.push_back(tap);
  }
}

Conv1d Conv1d::bind(WeightBinder& binder, std::string_view path, const ConvShape& shape) {
  DECIBIT_CHECK(shape.inputs % shape.groups == 0 && shape.outputs % shape.groups == 0);
  const std::string name = fmt::format("{}.weight", path);
  const std::span<const float> bias = binder.bias(path, shape.outputs, shape.bias);
  if (shape.groups == 1 || shape.groups != shape.inputs)
    return {shape, binder.conv(name, shape.outputs, shape.taps, shape.inputs / shape.groups), bias};
  return depthwise(shape, binder.depthwise(name, shape.outputs, shape.taps), bias);
}

Conv1d Conv1d::depthwise(const ConvShape& shape, std::span<const float> lanes,
                         std::span<const float> bias) {
  DECIBIT_CHECK(shape.inputs == shape.outputs && shape.groups == shape.inputs);
  Conv1d conv(shape, {}, bias);
  conv.lanes_ = lanes;
  return conv;
}

void Conv1d::forward(const Context& context, ConstRows x, Rows y,
                     const isa::Prologue& prologue) const {
  run(context, x, y, prologue, false);
}

void Conv1d::forward_add(const Context& context, ConstRows x, Rows y,
                         const isa::Prologue& prologue) const {
  run(context, x, y, prologue, true);
}

void Conv1d::run(const Context& context, ConstRows x, Rows y, const isa::Prologue& prologue,
                 bool add) const {
  DECIBIT_CHECK(x.width == shape_.inputs && y.width == shape_.outputs);
  if (is_depthwise()) {
    DECIBIT_CHECK(!add && !prologue.any());
    for_parts(context, y.count, rows_per_part(y.width), [&](std::int64_t t0, std::int64_t t1) {
      context.kernels.pointwise->depthwise(x.data, x.stride, x.count, shape_.inputs, lanes_.data(),
                                           shape_.taps, shape_.stride, shape_.dilation,
                                           shape_.padding, bias_.empty() ? nullptr : bias_.data(),
                                           t0, t1, y.data, y.stride);
    });
    return;
  }
  const std::int64_t inputs = shape_.inputs / shape_.groups;
  const std::int64_t outputs = shape_.outputs / shape_.groups;
  std::array<Product, kMostProducts> products;
  std::array<Matrix, kMostProducts> weights;
  for (std::int64_t first = 0; first < shape_.groups; first += std::int64_t{kMostProducts}) {
    const std::int64_t count =
        std::min<std::int64_t>(shape_.groups - first, std::int64_t{kMostProducts});
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t group = first + i;
      const auto slot = static_cast<std::size_t>(i);
      weights[slot] = weight_.rows(group * outputs, outputs);
      const Rows to = y.columns(group * outputs, outputs);
      products[slot] = {
          {&weights[slot].view(),
           inputs,
           shape_.taps,
           rows_.data(),
           indices_.data(),
           shape_.stride,
           x.data + group * inputs,
           x.stride,
           x.count,
           channels_from(prologue, group * inputs),
           bias_.empty() ? nullptr : bias_.data() + group * outputs,
           to.data,
           to.stride,
           add,
           0,
           0,
           0,
           0,
           nullptr,
           feature_scale_.empty() ? nullptr : feature_scale_.data() + group * outputs},
          y.count};
    }
    run_products(context, std::span(products).first(static_cast<std::size_t>(count)));
  }
}

}  // namespace decibit
