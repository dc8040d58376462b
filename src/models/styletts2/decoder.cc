// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/decoder.h"

#include <algorithm>
#include <string>

namespace decibit::styletts2 {
namespace {

constexpr int kBlocks = 4;

/// Columns [first, first + from.width) of `to`.
void put(ConstRows from, std::int64_t first, Rows to) {
  for (std::int64_t t = 0; t < from.count; ++t)
    std::copy_n(from.row(t), from.width, to.row(t) + first);
}

}  // namespace

Decoder Decoder::bind(WeightBinder& binder, const Dims& dims, const DecoderDims& decoder) {
  using Upsample = ResidualBlock::Upsample;
  Decoder d;
  d.dims_ = decoder;
  const ConvShape halve = {.inputs = 1, .outputs = 1, .taps = 3, .stride = 2, .padding = 1};
  d.f0_conv_ = NormedConv::bind(binder, "decoder.F0_conv", halve);
  d.n_conv_ = NormedConv::bind(binder, "decoder.N_conv", halve);
  d.residual_ =
      NormedConv::bind(binder, "decoder.asr_res.0",
                       {.inputs = decoder.residual_in, .outputs = decoder.residual, .taps = 1});
  d.encode_ = ResidualBlock::bind(binder, "decoder.encode", dims.hidden + 2, decoder.wide,
                                  dims.style, Upsample::kNo);
  const std::int64_t joined = decoder.wide + decoder.residual + 2;
  for (int i = 0; i < kBlocks; ++i) {
    const bool last = i + 1 == kBlocks;
    d.blocks_.push_back(ResidualBlock::bind(binder, "decoder.decode." + std::to_string(i), joined,
                                            last ? decoder.out : decoder.wide, dims.style,
                                            last ? Upsample::kYes : Upsample::kNo));
  }
  return d;
}

void Decoder::forward(const Context& context, ConstRows text, ConstRows f0, ConstRows n,
                      std::span<const float> style, Rows y) const {
  const Workspace::Frame frame(context.workspace);
  Workspace& workspace = context.workspace;
  const std::int64_t frames = text.count;
  const Rows pitch = workspace.rows(frames, 1), energy = workspace.rows(frames, 1);
  f0_conv_.forward(context, f0, pitch);
  n_conv_.forward(context, n, energy);

  const Rows first = workspace.rows(frames, text.width + 2);
  put(text, 0, first);
  put(pitch, text.width, first);
  put(energy, text.width + 1, first);
  const Rows x = workspace.rows(frames, dims_.wide);
  encode_.forward(context, first, style, x);

  const Rows joined = workspace.rows(frames, dims_.wide + dims_.residual + 2);
  residual_.forward(context, text, joined.columns(dims_.wide, dims_.residual));
  put(pitch, dims_.wide + dims_.residual, joined);
  put(energy, dims_.wide + dims_.residual + 1, joined);
  for (const ResidualBlock& block : blocks_) {
    put(x, 0, joined);
    block.forward(context, joined, style, &block == &blocks_.back() ? y : x);
  }
}

}  // namespace decibit::styletts2
