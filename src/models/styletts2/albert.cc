// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/albert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nn/activation.h"
#include "nn/attention.h"

namespace decibit::styletts2 {
namespace {

constexpr float kEps = 1e-12f;

}  // namespace

Albert::Layer Albert::Layer::bind(WeightBinder& binder, const std::string& path,
                                  const AlbertDims& dims) {
  const auto linear = [&](const char* name, std::int64_t outputs, std::int64_t inputs) {
    return Linear::bind(binder, path + name, outputs, inputs);
  };
  return {linear(".attention.query", dims.hidden, dims.hidden),
          linear(".attention.key", dims.hidden, dims.hidden),
          linear(".attention.value", dims.hidden, dims.hidden),
          linear(".attention.dense", dims.hidden, dims.hidden),
          LayerNorm::bind(binder, path + ".attention.LayerNorm", dims.hidden, kEps),
          linear(".ffn", dims.intermediate, dims.hidden),
          linear(".ffn_output", dims.hidden, dims.intermediate),
          LayerNorm::bind(binder, path + ".full_layer_layer_norm", dims.hidden, kEps)};
}

Albert Albert::bind(WeightBinder& binder, const AlbertDims& dims, std::int64_t tokens) {
  Albert albert;
  albert.dims_ = dims;
  const std::string embeddings = "bert.embeddings.";
  albert.words_ = Embedding::bind(binder, embeddings + "word_embeddings", tokens, dims.embedding);
  albert.positions_ =
      Embedding::bind(binder, embeddings + "position_embeddings", dims.positions, dims.embedding);
  albert.types_ = Embedding::bind(binder, embeddings + "token_type_embeddings", dims.token_types,
                                  dims.embedding);
  albert.norm_ = LayerNorm::bind(binder, embeddings + "LayerNorm", dims.embedding, kEps);
  albert.map_in_ =
      Linear::bind(binder, "bert.encoder.embedding_hidden_mapping_in", dims.hidden, dims.embedding);
  for (std::int64_t group = 0; group < dims.groups; ++group)
    for (std::int64_t i = 0; i < dims.layers_per_group; ++i)
      albert.layers_.push_back(Layer::bind(
          binder, fmt::format("bert.encoder.albert_layer_groups.{}.albert_layers.{}", group, i),
          dims));
  // Its output is what classifiers read; no voice does.
  binder.skip("bert.pooler.weight");
  binder.skip("bert.pooler.bias");
  return albert;
}

void Albert::forward(const Context& context, std::span<const std::int32_t> ids, Rows hidden,
                     isa::Function gelu) const {
  const Workspace::Frame frame(context.workspace);
  const auto n = static_cast<std::int64_t>(ids.size());
  const Rows x = context.workspace.rows(n, dims_.embedding);
  const Rows position = context.workspace.rows(n, dims_.embedding);
  const Rows type = context.workspace.rows(1, dims_.embedding);
  const std::span<std::int32_t> places = context.workspace.array<std::int32_t>(n);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int32_t>(i);
  static constexpr std::int32_t kFirstType[] = {0};
  words_.forward(context, ids, x);
  positions_.forward(context, places, position);
  types_.forward(context, kFirstType, type);
  const isa::Pointwise& pointwise = *context.kernels.pointwise;
  const auto width = static_cast<std::size_t>(dims_.embedding);
  for (std::int64_t i = 0; i < n; ++i) {
    pointwise.add(x.row(i), position.row(i), width, x.row(i));
    pointwise.add(x.row(i), type.data, width, x.row(i));
  }
  norm_.forward(context, x, x);
  map_in_.forward(context, x, hidden);
  const std::int64_t layers_of_group = dims_.layers / dims_.groups;
  for (std::int64_t layer = 0; layer < dims_.layers; ++layer)
    for (std::int64_t i = 0; i < dims_.layers_per_group; ++i) {
      context.check_stop();
      const std::int64_t at = layer / layers_of_group * dims_.layers_per_group + i;
      layers_[static_cast<std::size_t>(at)].forward(context, dims_, hidden, gelu);
    }
}

void Albert::Layer::forward(const Context& context, const AlbertDims& dims, Rows x,
                            isa::Function gelu) const {
  const Workspace::Frame frame(context.workspace);
  const Rows q = context.workspace.rows(x.count, x.width);
  const Rows k = context.workspace.rows(x.count, x.width);
  const Rows v = context.workspace.rows(x.count, x.width);
  const Rows mixed = context.workspace.rows(x.count, x.width);
  const Rows wide = context.workspace.rows(x.count, dims.intermediate);
  const LinearCall qkv[] = {{&query, q}, {&key, k}, {&value, v}};
  forward_all(context, x, qkv);
  const std::int64_t head_dim = dims.hidden / dims.heads;
  const float scale = 1 / std::sqrt(static_cast<float>(head_dim));
  attention(context, {dims.heads, dims.heads, head_dim, scale}, q, k, v, mixed);
  dense.forward_add(context, mixed, x);
  attention_norm.forward(context, x, x);
  up.forward(context, x, wide);
  activate(context, gelu, wide);
  down.forward_add(context, wide, x);
  full_norm.forward(context, x, x);
}

}  // namespace decibit::styletts2
