// SPDX-License-Identifier: Apache-2.0
#include "models/whisper/blocks.h"

#include "models/whisper/dims.h"
#include "nn/activation.h"

namespace decibit::whisper {

AttentionShape attention_shape(std::int64_t heads, bool causal) {
  constexpr float kScale = 0.125f;
  static_assert(kScale * kScale * kHeadSize == 1);
  return {
      .heads = heads, .kv_heads = heads, .head_dim = kHeadSize, .scale = kScale, .causal = causal};
}

AttentionLayer AttentionLayer::bind(WeightBinder& binder, const std::string& path,
                                    const std::string& norm_path, std::int64_t width) {
  AttentionLayer layer;
  layer.norm = LayerNorm::bind(binder, norm_path, width, kNormEps);
  layer.query = Linear::bind(binder, path + ".query", width, width);
  layer.key = Linear::bind(binder, path + ".key", width, width, Bias::kNo);
  layer.value = Linear::bind(binder, path + ".value", width, width);
  layer.out = Linear::bind(binder, path + ".out", width, width);
  return layer;
}

Mlp Mlp::bind(WeightBinder& binder, const std::string& path, std::int64_t width) {
  Mlp mlp;
  mlp.norm = LayerNorm::bind(binder, path + ".mlp_ln", width, kNormEps);
  mlp.up = Linear::bind(binder, path + ".mlp1", 4 * width, width);
  mlp.down = Linear::bind(binder, path + ".mlp2", width, 4 * width);
  return mlp;
}

void Mlp::forward_add(const Context& context, Rows x) const {
  const Workspace::Frame frame(context.workspace);
  const Rows normed = context.workspace.rows(x.count, x.width);
  const Rows wide = context.workspace.rows(x.count, up.weight().n());
  norm.forward(context, x, normed);
  up.forward(context, normed, wide);
  activate(context, isa::Function::kGeluErf, wide);
  down.forward_add(context, wide, x);
}

}  // namespace decibit::whisper
