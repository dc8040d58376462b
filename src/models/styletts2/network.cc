// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/network.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace decibit::styletts2 {
namespace {

/// Each row of `tokens` as many times as its token has frames.
void stretch(ConstRows tokens, std::span<const std::int32_t> durations, Rows frames) {
  std::int64_t f = 0;
  for (std::int64_t t = 0; t < tokens.count; ++t)
    for (std::int32_t i = 0; i < durations[static_cast<std::size_t>(t)]; ++i, ++f)
      std::copy_n(tokens.row(t), tokens.width, frames.row(f));
}

Rows column(std::span<const float> values, Workspace& workspace) {
  const Rows rows = workspace.rows(static_cast<std::int64_t>(values.size()), 1);
  std::copy(values.begin(), values.end(), rows.data);
  return rows;
}

}  // namespace

Network Network::bind(WeightBinder& binder, const Dims& dims, const DecoderDims& decoder,
                      AlphaName alpha) {
  Network n;
  n.style_ = dims.style;
  n.hidden_ = dims.hidden;
  n.bert_ = Albert::bind(binder, dims.albert, dims.tokens);
  n.bert_encoder_ = Linear::bind(binder, "bert_encoder", dims.hidden, dims.albert.hidden);
  n.predictor_ = Predictor::bind(binder, dims);
  n.text_encoder_ = TextEncoder::bind(binder, dims);
  n.decoder_ = Decoder::bind(binder, dims, decoder);
  n.generator_ = Generator::bind(binder, dims, alpha);
  return n;
}

Network::Pass::Pass(const Network& network, const Context& context, const Utterance& utterance,
                    const Overrides& overrides)
    : network_(network),
      context_(context),
      utterance_(utterance),
      overrides_(overrides),
      frame_(context.workspace) {
  const auto tokens = static_cast<std::int64_t>(utterance.ids.size());
  DECIBIT_CHECK(tokens > 0 && tokens <= network.max_tokens() && utterance.speed > 0);
  DECIBIT_CHECK(static_cast<std::int64_t>(utterance.style.size()) == network.style_size());
  DECIBIT_CHECK(overrides.durations.empty() || overrides.durations.size() == utterance.ids.size());
  const auto half = static_cast<std::size_t>(network.style_);
  decoder_style_ = utterance.style.first(half);
  predictor_style_ = utterance.style.subspan(half);
  features_ = context.workspace.rows(tokens, network.predictor_.width());
  durations_ = context.workspace.array<std::int32_t>(tokens);
  predict_durations();
  for (const std::int32_t d : durations_) frames_ += d;
}

void Network::Pass::predict_durations() {
  const Workspace::Frame frame(context_.workspace);
  const std::int64_t tokens = features_.count;
  const Rows hidden = context_.workspace.rows(tokens, network_.bert_.width());
  network_.bert_.forward(context_, utterance_.ids, hidden,
                         overrides_.erf_gelu ? isa::Function::kGeluErf : isa::Function::kGeluTanh);
  overrides_.show("bert", hidden);
  const Rows text = context_.workspace.rows(tokens, network_.hidden_);
  network_.bert_encoder_.forward(context_, hidden, text);
  overrides_.show("bert_encoder", text);
  network_.predictor_.encode(context_, text, predictor_style_, features_);
  overrides_.show("duration_encoder", features_);
  const std::span<float> sums = context_.workspace.array<float>(tokens);
  network_.predictor_.durations(context_, features_, sums);
  overrides_.show("duration_sum", {sums.data(), tokens, 1, 1});
  for (std::size_t t = 0; t < sums.size(); ++t) {
    const bool boundary = t == 0 || t + 1 == sums.size();
    const float speed = boundary && !utterance_.scale_boundaries ? 1 : utterance_.speed;
    // Half to even, as torch.round. A NaN, from weights gone wrong, must not become a length.
    const float frames = std::nearbyint(sums[t] / speed);
    has_durations_ = has_durations_ && std::isfinite(frames);
    durations_[t] = frames >= 1 ? static_cast<std::int32_t>(std::min(frames, 1e6f)) : 1;
  }
  if (!overrides_.durations.empty())
    std::copy(overrides_.durations.begin(), overrides_.durations.end(), durations_.begin());
}

std::int64_t Network::Pass::samples() const {
  return 2 * frames_ * network_.generator_->samples_per_row();
}

void Network::Pass::vocode(std::span<float> audio) const {
  Workspace& workspace = context_.workspace;
  const Workspace::Frame frame(workspace);
  Rows f0 = workspace.rows(2 * frames_, 1), n = workspace.rows(2 * frames_, 1);
  {
    const Workspace::Frame prosody(workspace);
    const Rows stretched = workspace.rows(frames_, features_.width);
    stretch(features_, durations_, stretched);
    network_.predictor_.curves(context_, stretched, predictor_style_, f0, n);
  }
  overrides_.show("f0", f0);
  overrides_.show("n", n);
  if (!overrides_.f0.empty()) f0 = column(overrides_.f0, workspace);
  if (!overrides_.n.empty()) n = column(overrides_.n, workspace);

  const Rows decoded = workspace.rows(2 * frames_, network_.decoder_.outputs());
  {
    const Workspace::Frame text_frame(workspace);
    const Rows text = workspace.rows(features_.count, network_.hidden_);
    const Rows stretched = workspace.rows(frames_, network_.hidden_);
    network_.text_encoder_.forward(context_, utterance_.ids, text);
    overrides_.show("text_encoder", text);
    stretch(text, durations_, stretched);
    network_.decoder_.forward(context_, stretched, f0, n, decoder_style_, decoded);
  }
  overrides_.show("decoder", decoded);
  network_.generator_->forward(context_, decoded, f0, decoder_style_, utterance_.noise, overrides_,
                               audio);
  overrides_.show("audio", {audio.data(), static_cast<std::int64_t>(audio.size()), 1, 1});
}

}  // namespace decibit::styletts2
