// SPDX-License-Identifier: Apache-2.0
#include "models/whisper/encoder.h"

#include <fmt/format.h>

#include <cmath>

#include "core/check.h"
#include "nn/activation.h"

namespace decibit::whisper {

void sinusoids(std::int64_t count, std::int64_t width, std::span<float> out) {
  const std::int64_t half = width / 2;
  DECIBIT_CHECK(static_cast<std::int64_t>(out.size()) == count * 2 * half && half > 1);
  const double step = std::log(10000.0) / static_cast<double>(half - 1);
  for (std::int64_t i = 0; i < half; ++i) {
    const auto frequency = static_cast<float>(std::exp(-step * static_cast<double>(i)));
    for (std::int64_t t = 0; t < count; ++t) {
      const double phase = static_cast<float>(t) * frequency;
      float* const row = &out[static_cast<std::size_t>(t * 2 * half)];
      row[i] = static_cast<float>(std::sin(phase));
      row[half + i] = static_cast<float>(std::cos(phase));
    }
  }
}

Encoder Encoder::bind(WeightBinder& binder, const Dims& dims) {
  Encoder e;
  const std::int64_t width = dims.audio_width;
  e.heads_ = dims.audio_heads();
  e.conv1_ = Conv1d::bind(binder, "encoder.conv1",
                          {.inputs = dims.mels, .outputs = width, .taps = 3, .padding = 1});
  e.conv2_ =
      Conv1d::bind(binder, "encoder.conv2",
                   {.inputs = width, .outputs = width, .taps = 3, .stride = 2, .padding = 1});
  for (std::int64_t i = 0; i < dims.audio_layers; ++i) {
    const std::string path = fmt::format("encoder.blocks.{}", i);
    Block block;
    block.attention = AttentionLayer::bind(binder, path + ".attn", path + ".attn_ln", width);
    block.mlp = Mlp::bind(binder, path, width);
    e.blocks_.push_back(block);
  }
  e.norm_ = LayerNorm::bind(binder, "encoder.ln_post", width, kNormEps);
  const std::span<float> positions = binder.memory().floats(dims.audio_context * width);
  sinusoids(dims.audio_context, width, positions);
  e.positions_ = positions;
  return e;
}

void Encoder::forward(const Context& context, ConstRows mel, Rows x, const Probe& probe) const {
  DECIBIT_CHECK(mel.count == 2 * x.count &&
                x.count * x.width == static_cast<std::int64_t>(positions_.size()));
  {
    const Workspace::Frame frame(context.workspace);
    const Rows wide = context.workspace.rows(mel.count, x.width);
    conv1_.forward(context, mel, wide);
    show(probe, "conv1", 0, wide);
    activate(context, isa::Function::kGeluErf, wide);
    conv2_.forward(context, wide, x);
    show(probe, "conv2", 0, x);
  }
  const isa::Pointwise& pointwise = *context.kernels.pointwise;
  const float* const positions = positions_.data();
  for_parts(context, x.count, rows_per_part(x.width), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t t = first; t < last; ++t) {
      float* const row = x.row(t);
      const auto n = static_cast<std::size_t>(x.width);
      pointwise.apply(isa::Function::kGeluErf, row, n, row);
      pointwise.add(row, positions + t * x.width, n, row);
    }
  });
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    attend_add(context, blocks_[i].attention, x);
    context.check_stop();
    blocks_[i].mlp.forward_add(context, x);
    context.check_stop();
    show(probe, "block", i, x);
  }
  norm_.forward(context, x, x);
  show(probe, "ln_post", 0, x);
}

void Encoder::attend_add(const Context& context, const AttentionLayer& layer, Rows x) const {
  const Workspace::Frame frame(context.workspace);
  const Rows normed = context.workspace.rows(x.count, x.width);
  const Rows q = context.workspace.rows(x.count, x.width);
  const Rows k = context.workspace.rows(x.count, x.width);
  const Rows v = context.workspace.rows(x.count, x.width);
  layer.norm.forward(context, x, normed);
  const LinearCall qkv[] = {{&layer.query, q}, {&layer.key, k}, {&layer.value, v}};
  forward_all(context, normed, qkv);
  attention(context, attention_shape(heads_, false), q, k, v, normed);
  layer.out.forward_add(context, normed, x);
}

}  // namespace decibit::whisper
