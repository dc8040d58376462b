// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/prosody.h"

#include <fmt/format.h>

#include <algorithm>

namespace decibit::styletts2 {

ProsodyCurve ProsodyCurve::bind(WeightBinder& binder, const std::string& path, std::int64_t hidden,
                                std::int64_t style) {
  using Upsample = ResidualBlock::Upsample;
  const std::int64_t half = hidden / 2;
  ProsodyCurve curve;
  curve.blocks_ = {ResidualBlock::bind(binder, path + ".0", hidden, hidden, style, Upsample::kNo),
                   ResidualBlock::bind(binder, path + ".1", hidden, half, style, Upsample::kYes),
                   ResidualBlock::bind(binder, path + ".2", half, half, style, Upsample::kNo)};
  curve.projection_ =
      Conv1d::bind(binder, path + "_proj", {.inputs = half, .outputs = 1, .taps = 1});
  return curve;
}

void ProsodyCurve::forward(const Context& context, ConstRows x, std::span<const float> style,
                           Rows y) const {
  const Workspace::Frame frame(context.workspace);
  const Rows a = context.workspace.rows(x.count, blocks_[0].outputs());
  const Rows b = context.workspace.rows(y.count, blocks_[1].outputs());
  const Rows c = context.workspace.rows(y.count, blocks_[2].outputs());
  blocks_[0].forward(context, x, style, a);
  blocks_[1].forward(context, a, style, b);
  blocks_[2].forward(context, b, style, c);
  projection_.forward(context, c, y);
}

Predictor Predictor::bind(WeightBinder& binder, const Dims& dims) {
  Predictor p;
  p.hidden_ = dims.hidden;
  p.style_ = dims.style;
  const std::int64_t width = p.width(), hidden = dims.hidden / 2;  // of each direction
  for (std::int64_t i = 0; i < dims.layers; ++i) {
    const std::string path = "predictor.text_encoder.lstms.";
    p.layers_.push_back(
        {Lstm::bind_bidirectional(binder, path + std::to_string(2 * i), width, hidden),
         AdaptiveNorm::bind(binder, path + std::to_string(2 * i + 1), dims.hidden, dims.style)});
  }
  p.lstm_ = Lstm::bind_bidirectional(binder, "predictor.lstm", width, hidden);
  p.shared_ = Lstm::bind_bidirectional(binder, "predictor.shared", width, hidden);
  p.duration_ =
      Linear::bind(binder, "predictor.duration_proj.linear_layer", dims.max_duration, dims.hidden);
  p.f0_ = ProsodyCurve::bind(binder, "predictor.F0", dims.hidden, dims.style);
  p.n_ = ProsodyCurve::bind(binder, "predictor.N", dims.hidden, dims.style);
  return p;
}

void Predictor::encode(const Context& context, ConstRows x, std::span<const float> style,
                       Rows d) const {
  const Workspace::Frame frame(context.workspace);
  const Rows hidden = context.workspace.rows(x.count, hidden_);
  for (std::int64_t t = 0; t < x.count; ++t) {
    std::copy_n(x.row(t), hidden_, d.row(t));
    std::copy(style.begin(), style.end(), d.row(t) + hidden_);
  }
  for (const Layer& layer : layers_) {
    layer.lstm.forward(context, d, hidden);
    layer.norm.layer_norm(context, hidden, style);
    for (std::int64_t t = 0; t < x.count; ++t) std::copy_n(hidden.row(t), hidden_, d.row(t));
  }
}

void Predictor::durations(const Context& context, ConstRows d, std::span<float> sums) const {
  const Workspace::Frame frame(context.workspace);
  const Rows hidden = context.workspace.rows(d.count, hidden_);
  const Rows bins = context.workspace.rows(d.count, duration_.weight().n());
  lstm_.forward(context, d, hidden);
  duration_.forward(context, hidden, bins);
  for (std::int64_t t = 0; t < d.count; ++t) {
    float* const row = bins.row(t);
    context.kernels.pointwise->apply(isa::Function::kSigmoid, row,
                                     static_cast<std::size_t>(bins.width), row);
    double sum = 0;
    for (std::int64_t i = 0; i < bins.width; ++i) sum += row[i];
    sums[static_cast<std::size_t>(t)] = static_cast<float>(sum);
  }
}

void Predictor::curves(const Context& context, ConstRows frames, std::span<const float> style,
                       Rows f0, Rows n) const {
  const Workspace::Frame frame(context.workspace);
  const Rows hidden = context.workspace.rows(frames.count, hidden_);
  shared_.forward(context, frames, hidden);
  f0_.forward(context, hidden, style, f0);
  n_.forward(context, hidden, style, n);
}

}  // namespace decibit::styletts2
