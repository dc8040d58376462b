// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/adaptive_norm.h"

#include <fmt/format.h>

namespace decibit::styletts2 {
namespace {

constexpr float kEps = 1e-5f;

}  // namespace

AdaptiveNorm AdaptiveNorm::bind(WeightBinder& binder, std::string_view path, std::int64_t channels,
                                std::int64_t style) {
  AdaptiveNorm norm;
  norm.fc_ = Linear::bind(binder, fmt::format("{}.fc", path), 2 * channels, style);
  return norm;
}

AdaptiveNorm::Style AdaptiveNorm::of(const Context& context, std::span<const float> style) const {
  const Rows y = context.workspace.rows(1, fc_.weight().n());
  const auto inputs = static_cast<std::int64_t>(style.size());
  fc_.forward(context, {style.data(), 1, inputs, inputs}, y);
  const std::span<float> both(y.data, static_cast<std::size_t>(y.width));
  const Style result = {both.first(both.size() / 2), both.subspan(both.size() / 2)};
  for (float& gamma : result.gamma) gamma += 1;
  return result;
}

ChannelMap AdaptiveNorm::instance_map(const Context& context, ConstRows x,
                                      std::span<const float> style) const {
  const auto [gamma, beta] = of(context, style);
  return group_norm(context, x, x.width, kEps, gamma, beta);
}

void AdaptiveNorm::layer_norm(const Context& context, Rows x, std::span<const float> style) const {
  const Workspace::Frame frame(context.workspace);
  const auto [gamma, beta] = of(context, style);
  LayerNorm(x.width, kEps, gamma, beta).forward(context, x, x);
}

}  // namespace decibit::styletts2
