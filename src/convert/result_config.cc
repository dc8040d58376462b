// SPDX-License-Identifier: Apache-2.0
#include "convert/result_config.h"

namespace decibit {
namespace {

Json::Object scheme_entry(const Scheme& scheme, std::string mode) {
  return {{"group_size", scheme.group_size()}, {"bits", scheme.bits()}, {"mode", std::move(mode)}};
}

}  // namespace

Json result_config(const Json& source_config, const std::string& model_type, const Plan& plan) {
  Json config = source_config;
  config.erase("_name_or_path");
  config.erase("vision_config");
  config.erase("quantization");
  config.erase("quantization_config");
  config.set("model_type", model_type);
  if (plan.dtype)
    for (const std::string_view key : {"torch_dtype", "dtype"})
      if (config.find(key) != nullptr) config.set(key, torch_name(*plan.dtype));
  if (plan.global) {
    const auto mode = [&](const Scheme& scheme) {
      return plan.rows_format ? std::string("decibit-rows") : std::string(name(scheme.mode()));
    };
    Json::Object quantization = scheme_entry(*plan.global, mode(*plan.global));
    for (const QuantizedLayer& layer : plan.layers)
      quantization.emplace_back(layer.path, scheme_entry(layer.scheme, mode(layer.scheme)));
    config.set("quantization", quantization);
    config.set("quantization_config", std::move(quantization));
  }
  config.sort_members();
  return config;
}

}  // namespace decibit
