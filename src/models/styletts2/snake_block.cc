// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/snake_block.h"

#include <cmath>

namespace decibit::styletts2 {

SnakeBlock SnakeBlock::bind(WeightBinder& binder, const std::string& path, std::int64_t channels,
                            std::int64_t taps, std::int64_t style, AlphaName alpha) {
  constexpr std::array<int, 3> kDilations = {1, 3, 5};
  const auto half = [&](int number, std::size_t round, int dilation) {
    const std::string n = std::to_string(number), r = std::to_string(round);
    Half h;
    h.norm = AdaptiveNorm::bind(binder, path + ".adain" + n + "." + r, channels, style);
    h.alpha = binder.vector(path + ".alpha" + n + static_cast<char>(alpha) + r, channels);
    const std::span<float> inverse = binder.memory().floats(channels);
    // sin(a v)^2 / a goes to 0 with a.
    for (std::size_t c = 0; c < h.alpha.size(); ++c)
      inverse[c] = std::abs(h.alpha[c]) < 1e-9f ? 0.0f : 1 / h.alpha[c];
    h.inverse_alpha = inverse;
    h.conv = NormedConv::bind(binder, path + ".convs" + n + "." + r,
                              {.inputs = channels,
                               .outputs = channels,
                               .taps = static_cast<int>(taps),
                               .dilation = dilation,
                               .padding = static_cast<int>(taps - 1) / 2 * dilation});
    return h;
  };
  SnakeBlock block;
  for (std::size_t i = 0; i < block.rounds_.size(); ++i)
    block.rounds_[i] = {half(1, i, kDilations[i]), half(2, i, 1)};
  return block;
}

isa::Prologue SnakeBlock::Half::prologue(const Context& context, ConstRows x,
                                         std::span<const float> style) const {
  isa::Prologue p = norm.instance_map(context, x, style).prologue();
  p.kind = isa::Prologue::Kind::kSnake;
  p.alpha = alpha.data();
  p.inv_alpha = inverse_alpha.data();
  return p;
}

void SnakeBlock::forward(const Context& context, Rows x, Rows scratch,
                         std::span<const float> style) const {
  for (const auto& [first, second] : rounds_) {
    const Workspace::Frame frame(context.workspace);
    context.check_stop();
    first.conv.forward(context, x, scratch, first.prologue(context, x, style));
    context.check_stop();
    second.conv.forward_add(context, scratch, x, second.prologue(context, scratch, style));
  }
}

}  // namespace decibit::styletts2
