// SPDX-License-Identifier: Apache-2.0
// Softmax attention of several heads:
//   y[i, h] = sum_j softmax_j(scale * q[i, h] . k[j, g(h)]) v[j, g(h)],  g(h) = h * kv_heads /
//   heads
#pragma once

#include <cstdint>

#include "nn/context.h"
#include "nn/kv_cache.h"
#include "nn/rows.h"

namespace decibit {

struct AttentionShape {
  std::int64_t heads, kv_heads, head_dim;
  float scale;
  bool causal = false;
  std::int64_t window = 0;  // causal: the last `window` tokens are seen, the query's own among
                            // them; 0: all
};

/// Keys and values side by side for each token, [tokens, kv_heads * head_dim].
/// `q` is [queries, heads * head_dim], y too; y may not overlap what is read.
/// `weights`, if not null, gets the softmax weights [heads, queries, keys]: for word times.
void attention(const Context& context, const AttentionShape& shape, ConstRows q, ConstRows k,
               ConstRows v, Rows y, float* weights = nullptr);
/// The same over a cache. Causal: the queries are its last q.count tokens.
void attention(const Context& context, const AttentionShape& shape, ConstRows q,
               const KvCache& cache, Rows y, float* weights = nullptr);

}  // namespace decibit
