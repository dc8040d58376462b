// SPDX-License-Identifier: Apache-2.0
#include "models/whisper/decoder.h"

#include <fmt/format.h>

#include "core/check.h"
#include "nn/activation.h"

namespace decibit::whisper {
namespace {

void add(const Context& context, ConstRows x, Rows y) {
  for_parts(context, y.count, rows_per_part(y.width), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i)
      context.kernels.pointwise->add(y.row(i), x.row(i), static_cast<std::size_t>(y.width),
                                     y.row(i));
  });
}

}  // namespace

Decoder Decoder::bind(WeightBinder& binder, const Dims& dims) {
  Decoder d;
  const std::int64_t width = dims.text_width;
  d.to_text_ = attention_shape(dims.text_heads(), true);
  d.to_audio_ = attention_shape(dims.text_heads(), false);
  d.tokens_ = Embedding::bind(binder, "decoder.token_embedding", dims.vocabulary, width);
  d.positions_ = Embedding(binder.matrix("decoder.positional_embedding", dims.text_context, width));
  for (std::int64_t i = 0; i < dims.text_layers; ++i) {
    const std::string path = fmt::format("decoder.blocks.{}", i);
    Block block;
    block.text = AttentionLayer::bind(binder, path + ".attn", path + ".attn_ln", width);
    block.audio =
        AttentionLayer::bind(binder, path + ".cross_attn", path + ".cross_attn_ln", width);
    block.mlp = Mlp::bind(binder, path, width);
    d.blocks_.push_back(block);
  }
  d.norm_ = LayerNorm::bind(binder, "decoder.ln", width, kNormEps);
  return d;
}

void Decoder::listen(const Context& context, ConstRows features, std::span<KvCache> audio) const {
  DECIBIT_CHECK(audio.size() == blocks_.size());
  const Workspace::Frame frame(context.workspace);
  const Rows k = context.workspace.rows(features.count, features.width);
  const Rows v = context.workspace.rows(features.count, features.width);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const LinearCall calls[] = {{&blocks_[i].audio.key, k}, {&blocks_[i].audio.value, v}};
    forward_all(context, features, calls);
    audio[i].rollback(0);
    audio[i].append(context, k, v);
    context.check_stop();
  }
}

void Decoder::forward(const Context& context, std::span<const std::int32_t> tokens,
                      std::span<const std::int32_t> positions, AttendToText attend_to_text,
                      AttendToAudio attend_to_audio, Rows x, const Probe& probe) const {
  const Workspace::Frame frame(context.workspace);
  const Rows normed = context.workspace.rows(x.count, x.width);
  const Rows q = context.workspace.rows(x.count, x.width);
  const Rows k = context.workspace.rows(x.count, x.width);
  const Rows v = context.workspace.rows(x.count, x.width);
  tokens_.forward(context, tokens, x);
  positions_.forward(context, positions, normed);
  add(context, normed, x);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    context.check_stop();
    const auto& [text, audio, mlp] = blocks_[i];
    text.norm.forward(context, x, normed);
    const LinearCall calls[] = {{&text.query, q}, {&text.key, k}, {&text.value, v}};
    forward_all(context, normed, calls);
    attend_to_text(i, q, k, v, normed);
    text.out.forward_add(context, normed, x);

    audio.norm.forward(context, x, normed);
    audio.query.forward(context, normed, q);
    attend_to_audio(i, q, normed);
    audio.out.forward_add(context, normed, x);

    mlp.forward_add(context, x);
    show(probe, "block", i, x);
  }
}

void Decoder::norm(const Context& context, ConstRows x, Rows y, const Probe& probe) const {
  norm_.forward(context, x, y);
  show(probe, "ln", 0, y);
}

void Decoder::logits(const Context& context, ConstRows normed, std::int64_t first, Rows y) const {
  Linear(tokens_.table().rows(first, y.width), {}).forward(context, normed, y);
}

}  // namespace decibit::whisper
