// SPDX-License-Identifier: Apache-2.0
// Softmax attention of several heads:
//   y[i, h] = sum_j softmax_j(scale * q[i, h] . k[j, g(h)]) v[j, g(h)],  g(h) = h * kv_heads /
//   heads
#pragma once

#include <cstdint>
#include <span>

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

/// Where softmax weights go, for word times: for each head null, or room for [queries, keys].
/// Empty: nowhere.
using HeadWeights = std::span<float* const>;

/// Keys and values side by side for each token, [tokens, kv_heads * head_dim].
/// `q` is [queries, heads * head_dim], y too; y may not overlap what is read.
void attention(const Context& context, const AttentionShape& shape, ConstRows q, ConstRows k,
               ConstRows v, Rows y, HeadWeights weights = {});
/// The same over a cache. Causal: the queries are its last q.count tokens.
void attention(const Context& context, const AttentionShape& shape, ConstRows q,
               const KvCache& cache, Rows y, HeadWeights weights = {});
/// One query for each of several texts: row i of q and y, the last token of caches[i]. The same
/// bits as one call for each.
void attention(const Context& context, const AttentionShape& shape, ConstRows q,
               std::span<const KvCache* const> caches, Rows y);

}  // namespace decibit
