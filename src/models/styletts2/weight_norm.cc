// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/weight_norm.h"

#include <fmt/format.h>

#include <cmath>

#include "core/check.h"
#include "quant/element.h"

namespace decibit::styletts2 {
namespace {

/// Element `index` of a dense matrix.
double element(const Matrix& m, std::int64_t index) {
  return load_element(m.dtype(), reinterpret_cast<const std::byte*>(m.view().data),
                      static_cast<std::size_t>(index));
}

/// g / |v| of each row; a row of zeros stays zero.
void norm_factors(const Matrix& v, std::span<const float> g, std::span<float> factors) {
  for (std::int64_t n = 0; n < v.n(); ++n) {
    double sum = 0;
    for (std::int64_t i = n * v.k(); i < (n + 1) * v.k(); ++i) sum += element(v, i) * element(v, i);
    const auto at = static_cast<std::size_t>(n);
    factors[at] = sum > 0 ? static_cast<float>(double{g[at]} / std::sqrt(sum)) : 0.0f;
  }
}

/// v and its factors; both empty if the binder found fault.
struct Normed {
  Matrix v;
  std::span<float> factors;
};

Normed bind_pair(WeightBinder& binder, std::string_view path, std::int64_t n, std::int64_t k) {
  const Matrix v = binder.matrix(fmt::format("{}.weight_v", path), n, k);
  const auto g = binder.vector(fmt::format("{}.weight_g", path), n);
  if (v.n() == 0 || g.empty()) return {};
  const std::span<float> factors = binder.memory().floats(n);
  norm_factors(v, g, factors);
  return {v, factors};
}

/// [channels, taps] to [taps, channels], folded.
std::span<const float> bind_depthwise(WeightBinder& binder, std::string_view path,
                                      std::int64_t channels, std::int64_t taps) {
  const Normed normed = bind_pair(binder, path, channels, taps);
  if (normed.factors.empty()) return {};
  const std::span<float> lanes = binder.memory().floats(taps * channels);
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t tap = 0; tap < taps; ++tap)
      lanes[static_cast<std::size_t>(tap * channels + c)] =
          static_cast<float>(element(normed.v, c * taps + tap)) *
          normed.factors[static_cast<std::size_t>(c)];
  return lanes;
}

}  // namespace

NormedConv NormedConv::bind(WeightBinder& binder, std::string_view path, const ConvShape& shape) {
  NormedConv conv;
  conv.shape_ = shape;
  const auto bias = binder.bias(path, shape.outputs, shape.bias);
  const std::string rows = fmt::format("{}.weight", path), tail = rows + "_tail";
  if (!binder.has(rows)) {
    const Normed normed = bind_pair(binder, path, shape.outputs, shape.taps * shape.inputs);
    conv.conv_ = Conv1d(shape, normed.v, bias, normed.factors);
    return conv;
  }
  ConvShape head = shape;
  if (const std::int64_t elements = binder.elements(tail); elements > 0) {
    ConvShape dense = shape;
    dense.inputs = elements / (shape.outputs * shape.taps);
    head.inputs = shape.inputs - dense.inputs;
    conv.tail_ = Conv1d(dense, binder.conv(tail, dense.outputs, dense.taps, dense.inputs), {});
  }
  conv.conv_ = Conv1d(head, binder.conv(rows, head.outputs, head.taps, head.inputs), bias);
  return conv;
}

void NormedConv::add_tail(const Context& context, ConstRows x, Rows y,
                          const isa::Prologue& prologue) const {
  if (!tail_) return;
  const std::int64_t first = conv_.shape().inputs;
  tail_->forward_add(context, x.columns(first, tail_->shape().inputs), y,
                     channels_from(prologue, first));
}

void NormedConv::forward(const Context& context, ConstRows x, Rows y,
                         const isa::Prologue& prologue) const {
  DECIBIT_CHECK(x.width == shape_.inputs);
  conv_.forward(context, x.columns(0, conv_.shape().inputs), y, prologue);
  add_tail(context, x, y, prologue);
}

void NormedConv::forward_add(const Context& context, ConstRows x, Rows y,
                             const isa::Prologue& prologue) const {
  DECIBIT_CHECK(x.width == shape_.inputs);
  conv_.forward_add(context, x.columns(0, conv_.shape().inputs), y, prologue);
  add_tail(context, x, y, prologue);
}

ConvTranspose1d bind_normed_transpose(WeightBinder& binder, std::string_view path,
                                      const ConvTransposeShape& shape) {
  const auto bias = binder.bias(path, shape.outputs, shape.bias);
  if (shape.depthwise)
    return ConvTranspose1d::depthwise(
        shape, bind_depthwise(binder, path, shape.outputs, shape.taps), bias, binder.memory());
  const std::string rows = fmt::format("{}.weight", path);
  if (binder.has(rows))
    return {shape, binder.conv(rows, shape.outputs, shape.taps, shape.inputs), bias};
  const std::int64_t inner = shape.taps * shape.outputs;
  const Normed normed = bind_pair(binder, path, shape.inputs, inner);
  if (normed.factors.empty()) return {shape, {}, bias};
  // The norm is the inputs', the rows are the outputs': folded into a copy.
  const std::span<float> folded = binder.memory().floats(shape.inputs * inner);
  for (std::int64_t i = 0; i < shape.inputs; ++i)
    for (std::int64_t tap = 0; tap < shape.taps; ++tap)
      for (std::int64_t o = 0; o < shape.outputs; ++o)
        folded[static_cast<std::size_t>((o * shape.taps + tap) * shape.inputs + i)] =
            static_cast<float>(element(normed.v, i * inner + tap * shape.outputs + o)) *
            normed.factors[static_cast<std::size_t>(i)];
  const auto bytes = std::as_bytes(folded);
  return {shape, Matrix::dense(DType::kF32, bytes.data(), shape.outputs, shape.taps * shape.inputs),
          bias};
}

}  // namespace decibit::styletts2
