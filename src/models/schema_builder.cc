// SPDX-License-Identifier: Apache-2.0
// One function per kind of mlx.nn module: which parameters it has, in its own order.
#include "models/schema_builder.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace decibit {

SchemaBuilder::SchemaBuilder(std::string_view model_type) { schema_.model_type = model_type; }

void SchemaBuilder::component(std::string_view name) {
  const auto it = std::find(schema_.components.begin(), schema_.components.end(), name);
  component_ = static_cast<std::uint16_t>(it - schema_.components.begin());
  if (it == schema_.components.end()) schema_.components.emplace_back(name);
  no_layer();
}

void SchemaBuilder::layer(std::int64_t index, std::int64_t layers) {
  place_ = {.layer = static_cast<int>(index), .layers = static_cast<int>(layers)};
}

void SchemaBuilder::no_layer() { place_ = {}; }

TensorSpec& SchemaBuilder::parameter(std::string name, Shape shape, Layout layout) {
  DECIBIT_CHECK(!schema_.components.empty());
  TensorSpec spec;
  spec.name = std::move(name);
  spec.shape = std::move(shape);
  spec.layout = layout;
  spec.component = component_;
  spec.stack = place_;
  return schema_.tensors.emplace_back(std::move(spec));
}

TensorSpec& SchemaBuilder::with_bias(std::size_t weight, const std::string& path, std::int64_t n,
                                     Bias bias) {
  if (bias == Bias::kYes) parameter(path + ".bias", {n});
  return schema_.tensors[weight];
}

TensorSpec& SchemaBuilder::linear(const std::string& path, std::int64_t n, std::int64_t k,
                                  Bias bias) {
  const std::size_t index = schema_.tensors.size();
  TensorSpec& weight = parameter(path + ".weight", {n, k});
  weight.role = Role::kLinear;
  weight.quantizable = true;
  return with_bias(index, path, n, bias);
}

TensorSpec& SchemaBuilder::embedding(const std::string& path, std::int64_t v, std::int64_t k) {
  TensorSpec& weight = parameter(path + ".weight", {v, k});
  weight.role = Role::kEmbedding;
  weight.quantizable = true;
  return weight;
}

TensorSpec& SchemaBuilder::conv1d(const std::string& path, std::int64_t out, std::int64_t taps,
                                  std::int64_t in, Bias bias) {
  const std::size_t index = schema_.tensors.size();
  parameter(path + ".weight", {out, taps, in}, Layout::kConv1d);
  return with_bias(index, path, out, bias);
}

TensorSpec& SchemaBuilder::conv2d(const std::string& path, std::int64_t out, std::int64_t height,
                                  std::int64_t width, std::int64_t in, Bias bias) {
  const std::size_t index = schema_.tensors.size();
  parameter(path + ".weight", {out, height, width, in}, Layout::kConv2d);
  return with_bias(index, path, out, bias);
}

void SchemaBuilder::norm(const std::string& path, std::int64_t width) {
  parameter(path + ".weight", {width});
  parameter(path + ".bias", {width});
}

void SchemaBuilder::rms_norm(const std::string& path, std::int64_t width) {
  parameter(path + ".weight", {width});
}

void SchemaBuilder::batch_norm(const std::string& path, std::int64_t width) {
  norm(path, width);
  parameter(path + ".running_mean", {width});
  parameter(path + ".running_var", {width});
}

Schema SchemaBuilder::finish(NameMap map_name) && {
  schema_.map_name = std::move(map_name);
  return std::move(schema_);
}

Mapped keep_name(std::string_view source_name) { return {.name = std::string(source_name)}; }

}  // namespace decibit
