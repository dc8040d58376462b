// SPDX-License-Identifier: Apache-2.0
// What the layers of encoder and decoder are made of:
//   x += out(softmax(q k^T / 8) v),  q, k, v of LN(x)     attention to the sequence itself
//   x += out(softmax(q k^T / 8) v),  q of LN(x)           the decoder's attention to the audio
//   x += W2 gelu(W1 LN(x))                                exact GELU
// OpenAI scales q and k by 64^-1/4 each, which is the same.
#pragma once

#include <cstdint>
#include <string>

#include "nn/attention.h"
#include "nn/context.h"
#include "nn/linear.h"
#include "nn/norm.h"
#include "nn/rows.h"

namespace decibit::whisper {

inline constexpr float kNormEps = 1e-5f;

/// Softmax attention with this many heads of kHeadSize.
AttentionShape attention_shape(std::int64_t heads, bool causal);

struct AttentionLayer {
  LayerNorm norm;
  Linear query, key, value, out;  // the key has no bias

  /// PATH.query and so on, and NORM_PATH.
  static AttentionLayer bind(WeightBinder& binder, const std::string& path,
                             const std::string& norm_path, std::int64_t width);
};

struct Mlp {
  LayerNorm norm;
  Linear up, down;

  /// PATH.mlp_ln, PATH.mlp1, PATH.mlp2
  static Mlp bind(WeightBinder& binder, const std::string& path, std::int64_t width);
  /// x [rows, width] += the MLP
  void forward_add(const Context& context, Rows x) const;
};

}  // namespace decibit::whisper
