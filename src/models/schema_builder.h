// SPDX-License-Identifier: Apache-2.0
// Writes a schema down in the order and words of the model's module tree:
//
//   SchemaBuilder b("whisper");
//   b.component("encoder");
//   b.conv1d("encoder.conv1", d, 3, mels);
//   for (int i = 0; i < layers; ++i) {
//     b.layer(i, layers);
//     b.linear(block + ".attn.value", d, d).stack.sensitive = true;
//   }
//
// Shapes are MLX's. Functions that add a weight return its row, so that a trait can be set at once;
// the reference is valid until the next call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/schema.h"
#include "nn/bias.h"

namespace decibit {

class SchemaBuilder {
 public:
  explicit SchemaBuilder(std::string_view model_type);

  /// What follows belongs to this part of the model (a row of the summary table) and to no layer.
  void component(std::string_view name);
  /// What follows belongs to layer `index` of a stack of `layers`, for the mixed recipes.
  void layer(std::int64_t index, std::int64_t layers);
  /// What follows belongs to no stack.
  void no_layer();

  /// A bare array, of a module's own or of a kind that needs no function here.
  TensorSpec& parameter(std::string name, Shape shape, Layout layout = Layout::kSame);

  // Each adds `path`.weight and, where there is one, `path`.bias; the weight's row is returned.
  TensorSpec& linear(const std::string& path, std::int64_t n, std::int64_t k,
                     Bias bias = Bias::kYes);
  TensorSpec& embedding(const std::string& path, std::int64_t v, std::int64_t k);
  /// [out, taps, in]; `in` is per group of a grouped convolution.
  TensorSpec& conv1d(const std::string& path, std::int64_t out, std::int64_t taps, std::int64_t in,
                     Bias bias = Bias::kYes);
  TensorSpec& conv2d(const std::string& path, std::int64_t out, std::int64_t height,
                     std::int64_t width, std::int64_t in, Bias bias = Bias::kYes);
  /// LayerNorm: weight and bias.
  void norm(const std::string& path, std::int64_t width);
  /// RMSNorm: weight only.
  void rms_norm(const std::string& path, std::int64_t width);
  /// weight, bias, running_mean, running_var.
  void batch_norm(const std::string& path, std::int64_t width);

  /// The tensors so far; for rules that apply to a whole part ("nothing below vocoder. is
  /// quantized").
  std::vector<TensorSpec>& tensors() { return schema_.tensors; }
  void note(std::string text) { schema_.notes.push_back(std::move(text)); }

  /// The schema with the rule for foreign names; the builder is spent.
  Schema finish(NameMap map_name) &&;

 private:
  TensorSpec& with_bias(std::size_t weight, const std::string& path, std::int64_t n, Bias bias);

  Schema schema_;
  std::uint16_t component_ = 0;
  StackPlace place_;
};

/// The rule of a model whose sources use the canonical names.
Mapped keep_name(std::string_view source_name);

}  // namespace decibit
