// SPDX-License-Identifier: Apache-2.0
// Norms over the values of a row (layer, RMS) and over time (instance, group). The latter are an
// affine map of each channel, a x + b, once the statistics are known: who convolves next applies it
// while reading (isa::Prologue), and nothing is written in between.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/gemm.h"
#include "nn/binder.h"
#include "nn/context.h"
#include "nn/rows.h"

namespace decibit {

/// (x - mean) / sqrt(variance + eps) * weight + bias over each row.
class LayerNorm {
 public:
  LayerNorm() = default;
  /// Empty weight and bias: none.
  LayerNorm(std::int64_t width, float eps, std::span<const float> weight = {},
            std::span<const float> bias = {})
      : width_(width), eps_(eps), weight_(weight), bias_(bias) {}
  /// PATH.weight and PATH.bias
  static LayerNorm bind(WeightBinder& binder, std::string_view path, std::int64_t width, float eps);
  /// y may be x.
  void forward(const Context& context, ConstRows x, Rows y) const;

 private:
  std::int64_t width_ = 0;
  float eps_ = 0;
  std::span<const float> weight_, bias_;
};

/// x / sqrt(mean(x^2) + eps) * weight over each row.
class RmsNorm {
 public:
  RmsNorm() = default;
  RmsNorm(float eps, std::span<const float> weight) : eps_(eps), weight_(weight) {}
  /// PATH.weight
  static RmsNorm bind(WeightBinder& binder, std::string_view path, std::int64_t width, float eps);
  /// y may be x.
  void forward(const Context& context, ConstRows x, Rows y) const;

 private:
  float eps_ = 0;
  std::span<const float> weight_;
};

/// scale[c] * x + shift[c]
struct ChannelMap {
  std::span<float> scale, shift;

  /// As what a convolution applies to its input.
  isa::Prologue prologue() const {
    isa::Prologue p;
    p.scale = scale.data();
    p.shift = shift.data();
    return p;
  }
};

/// The map that normalises each of `groups` groups of channels over all rows and its channels, then
/// applies gamma and beta ([width] each; empty: none). groups == width: instance norm; with a gamma
/// and beta from a style, its adaptive form. The map lives in the workspace's current frame.
ChannelMap group_norm(const Context& context, ConstRows x, std::int64_t groups, float eps,
                      std::span<const float> gamma, std::span<const float> beta);
/// y = map(x); y may be x.
void apply(const Context& context, const ChannelMap& map, ConstRows x, Rows y);

}  // namespace decibit
