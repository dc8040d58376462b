// SPDX-License-Identifier: Apache-2.0
#include "nn/norm.h"

#include <fmt/format.h>

#include <cmath>

#include "core/check.h"
#include "nn/split.h"

namespace decibit {
namespace {

// Rows of one partial sum. Partial sums are added in order, so this is part of the result.
constexpr std::int64_t kSumRows = 256;

const float* or_null(std::span<const float> values) {
  return values.empty() ? nullptr : values.data();
}

}  // namespace

LayerNorm LayerNorm::bind(WeightBinder& binder, std::string_view path, std::int64_t width,
                          float eps) {
  return {width, eps, binder.vector(fmt::format("{}.weight", path), width),
          binder.vector(fmt::format("{}.bias", path), width)};
}

void LayerNorm::forward(const Context& context, ConstRows x, Rows y) const {
  DECIBIT_CHECK(x.width == width_ && y.width == width_ && x.count == y.count);
  for_parts(context, x.count, rows_per_part(x.width), [&](std::int64_t first, std::int64_t last) {
    context.kernels.pointwise->layer_norm(x.row(first), x.stride, last - first, x.width,
                                          or_null(weight_), or_null(bias_), eps_, y.row(first),
                                          y.stride);
  });
}

RmsNorm RmsNorm::bind(WeightBinder& binder, std::string_view path, std::int64_t width, float eps) {
  return {eps, binder.vector(fmt::format("{}.weight", path), width)};
}

void RmsNorm::forward(const Context& context, ConstRows x, Rows y) const {
  DECIBIT_CHECK(x.width == static_cast<std::int64_t>(weight_.size()) && y.width == x.width &&
                x.count == y.count);
  for_parts(context, x.count, rows_per_part(x.width), [&](std::int64_t first, std::int64_t last) {
    context.kernels.pointwise->rms_norm(x.row(first), x.stride, last - first, x.width,
                                        weight_.data(), eps_, y.row(first), y.stride);
  });
}

ChannelMap group_norm(const Context& context, ConstRows x, std::int64_t groups, float eps,
                      std::span<const float> gamma, std::span<const float> beta) {
  DECIBIT_CHECK(groups > 0 && x.width % groups == 0 && x.count > 0);
  const auto width = static_cast<std::size_t>(x.width);
  DECIBIT_CHECK((gamma.empty() || gamma.size() == width) && (beta.empty() || beta.size() == width));
  const ChannelMap map = {context.workspace.array<float>(x.width),
                          context.workspace.array<float>(x.width)};
  const Workspace::Frame frame(context.workspace);
  const std::int64_t parts = (x.count + kSumRows - 1) / kSumRows;
  const std::span<double> sums = context.workspace.array<double>(parts * x.width);
  const std::span<double> squares = context.workspace.array<double>(parts * x.width);
  for_parts(context, x.count, kSumRows, [&](std::int64_t first, std::int64_t last) {
    const auto at = static_cast<std::size_t>(first / kSumRows) * width;
    std::fill_n(&sums[at], width, 0.0);
    std::fill_n(&squares[at], width, 0.0);
    context.kernels.pointwise->channel_sums(x.data, x.stride, first, last, x.width, &sums[at],
                                            &squares[at]);
  });
  for (std::size_t at = width; at < sums.size(); ++at) {
    sums[at % width] += sums[at];
    squares[at % width] += squares[at];
  }
  const std::size_t size = width / static_cast<std::size_t>(groups);
  const double n = static_cast<double>(x.count) * static_cast<double>(size);
  for (std::size_t group = 0; group < width; group += size) {
    double sum = 0, square = 0;
    for (std::size_t c = group; c < group + size; ++c) {
      sum += sums[c];
      square += squares[c];
    }
    const double mean = sum / n;
    const double inverse = 1 / std::sqrt(std::max(square / n - mean * mean, 0.0) + double{eps});
    for (std::size_t c = group; c < group + size; ++c) {
      const double scale = (gamma.empty() ? 1.0 : double{gamma[c]}) * inverse;
      map.scale[c] = static_cast<float>(scale);
      map.shift[c] = static_cast<float>((beta.empty() ? 0.0 : double{beta[c]}) - mean * scale);
    }
  }
  return map;
}

void apply(const Context& context, const ChannelMap& map, ConstRows x, Rows y) {
  DECIBIT_CHECK(x.width == y.width && x.count == y.count);
  for_parts(context, x.count, rows_per_part(x.width), [&](std::int64_t first, std::int64_t last) {
    context.kernels.pointwise->affine(x.row(first), x.stride, last - first, x.width,
                                      map.scale.data(), map.shift.data(), y.row(first), y.stride);
  });
}

}  // namespace decibit
