// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/residual_block.h"

#include <numbers>

#include "nn/activation.h"
#include "nn/split.h"

namespace decibit::styletts2 {
namespace {

constexpr float kSlope = 0.2f;

isa::Prologue leaky(const ChannelMap& map) {
  isa::Prologue prologue = map.prologue();
  prologue.kind = isa::Prologue::Kind::kLeakyRelu;
  prologue.slope = kSlope;
  return prologue;
}

}  // namespace

ResidualBlock ResidualBlock::bind(WeightBinder& binder, const std::string& path,
                                  std::int64_t inputs, std::int64_t outputs, std::int64_t style,
                                  Upsample upsample) {
  ResidualBlock block;
  block.norm1_ = AdaptiveNorm::bind(binder, path + ".norm1", inputs, style);
  block.norm2_ = AdaptiveNorm::bind(binder, path + ".norm2", outputs, style);
  ConvShape conv = {.inputs = inputs, .outputs = outputs, .taps = 3, .padding = 1};
  block.conv1_ = NormedConv::bind(binder, path + ".conv1", conv);
  conv.inputs = outputs;
  block.conv2_ = NormedConv::bind(binder, path + ".conv2", conv);
  if (inputs != outputs)
    block.shortcut_ =
        NormedConv::bind(binder, path + ".conv1x1",
                         {.inputs = inputs, .outputs = outputs, .taps = 1, .bias = Bias::kNo});
  if (upsample == Upsample::kYes)
    block.pool_ = bind_normed_transpose(binder, path + ".pool",
                                        {.inputs = inputs,
                                         .outputs = inputs,
                                         .taps = 3,
                                         .stride = 2,
                                         .padding = 1,
                                         .depthwise = true});
  return block;
}

void ResidualBlock::forward(const Context& context, ConstRows x, std::span<const float> style,
                            Rows y) const {
  context.check_stop();
  const Workspace::Frame frame(context.workspace);
  const Rows inner = context.workspace.rows(y.count, outputs());
  const ChannelMap map1 = norm1_.instance_map(context, x, style);
  if (pool_) {
    const Rows active = context.workspace.rows(x.count, x.width);
    const Rows pooled = context.workspace.rows(y.count, x.width);
    apply(context, map1, x, active);
    leaky_relu(context, kSlope, active);
    pool_->forward(context, active, pooled);
    conv1_.forward(context, pooled, inner);
  } else {
    conv1_.forward(context, x, inner, leaky(map1));
  }
  const ChannelMap map2 = norm2_.instance_map(context, inner, style);
  conv2_.forward(context, inner, y, leaky(map2));
  add_shortcut(context, x, y);
}

void ResidualBlock::add_shortcut(const Context& context, ConstRows x, Rows y) const {
  const Workspace::Frame frame(context.workspace);
  ConstRows s = x;
  if (shortcut_) {
    // A convolution of one tap may as well come before the doubling of rows: half the work.
    const Rows narrowed = context.workspace.rows(x.count, outputs());
    shortcut_->forward(context, x, narrowed);
    s = narrowed;
  }
  constexpr float kHalf = std::numbers::sqrt2_v<float> / 2;
  const isa::Pointwise& pointwise = *context.kernels.pointwise;
  const auto width = static_cast<std::size_t>(y.width);
  for_parts(context, y.count, rows_per_part(y.width), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t t = first; t < last; ++t) {
      pointwise.add(y.row(t), s.row(t / rate()), width, y.row(t));
      pointwise.scale(kHalf, y.row(t), width, y.row(t));
    }
  });
}

}  // namespace decibit::styletts2
