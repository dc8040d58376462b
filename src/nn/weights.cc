// SPDX-License-Identifier: Apache-2.0
// The bits of a layer are read off its tensors: U32 codes of W words and G groups a row mean
// W * 32 / bits == G * group_size. The three fp modes have three different ratios W / G; affine
// ratios can be shared (4:64 and 8:32), and only then is the config asked.
#include "nn/weights.h"

#include <fmt/format.h>

#include <algorithm>

namespace decibit {
namespace {

constexpr std::string_view kScales = ".scales";

/// The config's entry for a module path: its own object, else the global one.
struct ConfigEntry {
  std::string mode;
  std::optional<std::int64_t> bits, group_size;
};

std::optional<std::int64_t> integer_member(const Json& object, std::string_view key) {
  const Json* value = object.find(key);
  if (value == nullptr || value->integer() == nullptr) return std::nullopt;
  return *value->integer();
}

ConfigEntry entry_for(const Json& config, std::string_view path) {
  const Json* quantization = config.find("quantization");
  if (quantization == nullptr) quantization = config.find("quantization_config");
  if (quantization == nullptr || !quantization->is_object()) return {};
  const Json* own = quantization->find(path);
  const Json& chosen = own != nullptr && own->is_object() ? *own : *quantization;
  ConfigEntry entry;
  entry.bits = integer_member(chosen, "bits");
  entry.group_size = integer_member(chosen, "group_size");
  if (const Json* mode = chosen.find("mode"); mode != nullptr && mode->string() != nullptr)
    entry.mode = *mode->string();
  return entry;
}

bool tensors_fit(const Scheme& s, const Tensor& codes, const Tensor& scales, bool has_biases) {
  const std::int64_t words = codes.shape.back(), groups = scales.shape.back();
  return s.has_biases() == has_biases && (scales.dtype == DType::kU8) == !s.has_biases() &&
         words * 32 % s.bits() == 0 && words * 32 / s.bits() == groups * s.group_size();
}

Result<Scheme> derive_scheme(const Tensor& codes, const Tensor& scales, bool has_biases,
                             const ConfigEntry& entry) {
  std::vector<Scheme> fitting;
  for (const Scheme& s : all_schemes())
    if (tensors_fit(s, codes, scales, has_biases)) fitting.push_back(s);
  if (fitting.empty())
    return fail(ErrorCode::kBadInput,
                fmt::format("codes {} with scales {} {} fit no quantization scheme",
                            to_string(codes.shape), name(scales.dtype), to_string(scales.shape)));
  if (fitting.size() == 1) return fitting.front();
  for (const Scheme& s : fitting)
    if (entry.bits == s.bits() && entry.group_size == s.group_size()) return s;
  std::string names;
  for (const Scheme& s : fitting) names += (names.empty() ? "" : " or ") + to_string(s);
  return fail(ErrorCode::kBadInput,
              fmt::format("codes {} with scales {} mean {}, and config.json does not say which",
                          to_string(codes.shape), to_string(scales.shape), names),
              "put group_size and bits into \"quantization\" of config.json");
}

Result<Weight> quantized_weight(const Checkpoint& checkpoint, const Json& config,
                                const Tensor& codes, const Tensor& scales, std::string_view path) {
  Weight w;
  w.name = codes.name;
  w.tensor = &codes;
  w.scales = &scales;
  w.biases = checkpoint.find(std::string(path) + ".biases");
  const bool leading_dims_agree =
      codes.shape.size() >= 2 && codes.shape.size() == scales.shape.size() &&
      std::equal(codes.shape.begin(), codes.shape.end() - 1, scales.shape.begin());
  const bool biases_agree =
      w.biases == nullptr || (w.biases->shape == scales.shape && w.biases->dtype == scales.dtype);
  if (!leading_dims_agree || !biases_agree)
    return fail(ErrorCode::kBadInput,
                fmt::format("weight {}, scales {} {} and biases {} do not belong together",
                            to_string(codes.shape), name(scales.dtype), to_string(scales.shape),
                            w.biases == nullptr ? "(none)"
                                                : fmt::format("{} {}", name(w.biases->dtype),
                                                              to_string(w.biases->shape))));
  if (scales.dtype != DType::kU8 && !is_mlx_float(scales.dtype))
    return fail(ErrorCode::kBadInput,
                fmt::format("scales are {}; expected F32, F16, BF16 or U8", name(scales.dtype)));
  const ConfigEntry entry = entry_for(config, path);
  w.scheme = TRY(derive_scheme(codes, scales, w.biases != nullptr, entry));
  w.in_rows_format = entry.mode == "decibit-rows";
  w.shape = codes.shape;
  w.shape.back() = codes.shape.back() * 32 / w.scheme->bits();
  w.dtype = w.scheme->has_biases() ? scales.dtype : DType::kBF16;
  return w;
}

/// "X" of "X.scales" and "X.biases"; nothing for other names.
std::optional<std::string_view> companion_of(std::string_view name) {
  for (const std::string_view suffix : {kScales, std::string_view(".biases")})
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return std::nullopt;
}

}  // namespace

std::int64_t Weight::elements() const { return num_elements(shape).value_or(0); }

std::uint64_t Weight::stored_bytes() const {
  std::int64_t bytes = tensor->size_bytes();
  if (scales != nullptr) bytes += scales->size_bytes();
  if (biases != nullptr) bytes += biases->size_bytes();
  return static_cast<std::uint64_t>(bytes);
}

std::string layer_path(std::string_view weight_name) {
  constexpr std::string_view kSuffix = ".weight";
  if (weight_name.ends_with(kSuffix)) weight_name.remove_suffix(kSuffix.size());
  return std::string(weight_name);
}

Weight dense_weight(const Tensor& tensor) {
  Weight weight;
  weight.name = tensor.name;
  weight.tensor = &tensor;
  weight.shape = tensor.shape;
  weight.dtype = tensor.dtype;
  return weight;
}

Result<std::vector<Weight>> group_weights(const Checkpoint& checkpoint, const Json& config) {
  std::vector<Weight> weights;
  std::string problems;
  int problem_count = 0;
  const auto is_packed = [&](std::string_view path) {
    const Tensor* codes = checkpoint.find(std::string(path) + ".weight");
    return codes != nullptr && codes->dtype == DType::kU32;
  };
  for (const Tensor& tensor : checkpoint.tensors) {
    if (const auto path = companion_of(tensor.name); path && is_packed(*path)) continue;
    const std::string_view path = std::string_view(tensor.name).substr(0, tensor.name.rfind('.'));
    const Tensor* scales = checkpoint.find(std::string(path) + std::string(kScales));
    if (tensor.dtype == DType::kU32 && tensor.name.ends_with(".weight") && scales != nullptr) {
      auto weight = quantized_weight(checkpoint, config, tensor, *scales, path);
      if (weight) {
        weights.push_back(std::move(*weight));
      } else if (++problem_count <= 10) {
        problems += fmt::format("\n    {}: {}", tensor.name, weight.error().message);
      }
      continue;
    }
    weights.push_back(dense_weight(tensor));
  }
  if (problem_count > 0)
    return fail(ErrorCode::kBadInput, fmt::format("{} quantized layer{} cannot be read:{}{}",
                                                  problem_count, problem_count == 1 ? "" : "s",
                                                  problems, problem_count > 10 ? "\n    ..." : ""));
  return weights;
}

}  // namespace decibit
