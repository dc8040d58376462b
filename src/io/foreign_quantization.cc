// SPDX-License-Identifier: Apache-2.0
// Recognises weights that another tool has quantized, by the tensors which that tool stores beside
// them. Reading them as plain numbers would give a model that runs and talks nonsense.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "io/checkpoint.h"

namespace decibit {
namespace {

struct Marker {
  std::string_view suffix, scheme;
};

// GPTQ and AWQ both have qweight and qzeros; only GPTQ has g_idx.
constexpr std::array kMarkers = {
    Marker{".SCB", "bitsandbytes"},
    Marker{".absmax", "bitsandbytes"},
    Marker{".quant_map", "bitsandbytes"},
    Marker{".nested_absmax", "bitsandbytes"},
    Marker{".weight_format", "bitsandbytes"},
    Marker{".quant_state.bitsandbytes__nf4", "bitsandbytes"},
    Marker{".quant_state.bitsandbytes__fp4", "bitsandbytes"},
    Marker{".g_idx", "gptq"},
    Marker{".qweight", "gptq or awq"},
    Marker{".qzeros", "gptq or awq"},
    Marker{".weight_packed", "compressed-tensors"},
    Marker{".weight_zero_point", "compressed-tensors"},
    Marker{".weight_scale_inv", "fp8"},
    Marker{".weight_scale", "fp8"},
    Marker{".W_q", "hqq"},
};

constexpr std::array<std::string_view, 16> kKnownMethods = {
    "bitsandbytes", "gptq",    "awq",  "fp8",       "fbgemm_fp8", "compressed-tensors",
    "modelopt",     "torchao", "hqq",  "quanto",    "eetq",       "aqlm",
    "higgs",        "vptq",    "spqr", "auto-round"};

bool is_known(std::string_view method) {
  return std::find(kKnownMethods.begin(), kKnownMethods.end(), method) != kKnownMethods.end();
}

bool is_narrow_float(DType dtype) {
  return is_float(dtype) && !is_mlx_float(dtype) && dtype != DType::kF64;
}

/// X.weight whose elements are integers, except the packed words of our own format.
bool is_integer_weight(const Checkpoint& checkpoint, const Tensor& tensor) {
  constexpr std::string_view kWeight = ".weight";
  if (!tensor.name.ends_with(kWeight) || is_float(tensor.dtype) || tensor.dtype == DType::kC64)
    return false;
  const std::string layer = tensor.name.substr(0, tensor.name.size() - kWeight.size());
  return tensor.dtype != DType::kU32 || checkpoint.find(layer + ".scales") == nullptr;
}

/// Layers that one scheme has touched.
struct Found {
  std::set<std::string> layers;
  const Tensor* example = nullptr;
};

std::map<std::string, Found> find_foreign(const Checkpoint& checkpoint) {
  std::map<std::string, Found> schemes;
  const auto add = [&](std::string_view scheme, const Tensor& tensor, std::size_t suffix) {
    Found& found = schemes[std::string(scheme)];
    found.layers.insert(tensor.name.substr(0, tensor.name.size() - suffix));
    if (found.example == nullptr) found.example = &tensor;
  };
  for (const Tensor& tensor : checkpoint.tensors) {
    for (const Marker& marker : kMarkers)
      if (tensor.name.ends_with(marker.suffix)) add(marker.scheme, tensor, marker.suffix.size());
    const std::size_t last_part =
        tensor.name.size() - std::min(tensor.name.size(), tensor.name.rfind('.'));
    if (is_narrow_float(tensor.dtype)) add(name(tensor.dtype), tensor, last_part);
    if (is_integer_weight(checkpoint, tensor)) add("integers", tensor, last_part);
  }
  return schemes;
}

}  // namespace

Status refuse_foreign_quantization(const Checkpoint& checkpoint, std::string_view quant_method) {
  constexpr const char* kHint =
      "convert the unquantized source of this model (float32, float16 or bfloat16) instead";
  const auto schemes = find_foreign(checkpoint);
  if (schemes.empty()) {
    if (!is_known(quant_method)) return {};
    return fail(ErrorCode::kBadInput,
                fmt::format("the config says that the weights are quantized by {}", quant_method),
                kHint);
  }
  // bitsandbytes leaves SCB tensors *and* integer weights: the scheme with a name of its own
  // explains the others, and the most frequent one the rest.
  const auto rank = [](const auto& entry) {
    const bool by_type = entry.first == "integers" || dtype_from_name(entry.first).has_value();
    return std::pair(!by_type, entry.second.layers.size());
  };
  const auto worst =
      std::max_element(schemes.begin(), schemes.end(),
                       [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  std::string scheme = worst->first;
  if (scheme == "gptq or awq" && schemes.count("gptq") != 0) scheme = "gptq";
  if (!quant_method.empty()) scheme = quant_method;
  const auto& [layers, example] = worst->second;
  return fail(
      ErrorCode::kBadInput,
      fmt::format("the weights are quantized by another tool ({}): {} layers, for example {} "
                  "({} {})",
                  scheme, layers.size(), example->name, name(example->dtype),
                  to_string(example->shape)),
      kHint);
}

}  // namespace decibit
