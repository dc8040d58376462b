// SPDX-License-Identifier: Apache-2.0
// The models we know, one row each, and which of them a checkpoint is.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "models/schema.h"

namespace decibit {

struct ModelType {
  std::string_view name;     // mlx-audio's folder name, written as model_type: "whisper"
  std::string_view domain;   // "tts", "stt", "sts", "lid", "music"
  std::span<const std::string_view> aliases;  // other values of model_type / architectures
  /// Does the config look like this model although it names no type? (kokoro, parakeet)
  bool (*config_matches)(const Json& config);
  /// Do the tensor names?
  bool (*tensors_match)(const SourceView& source);
  /// kBadInput when the config lacks what the model needs.
  Result<Schema> (*schema)(const Json& config, const SourceView& source);
};

std::span<const ModelType> model_types();
const ModelType* find_model_type(std::string_view name);

struct Detection {
  const ModelType* type;
  std::string evidence;  // "config.json model_type", "tensor names (decoder.generator.*)", "--model-type"
};

struct DetectionHints {
  std::string model_type;    // --model-type, or empty
  std::string model_domain;  // --model-domain, or empty
  std::string folder_name;   // for whole-token hints, last resort
};

/// Order: --model-type; config model_type, architecture(s), aliases; config keys; tensor names; whole
/// tokens of the folder name. Two answers at one level are an error. kBadInput for an unknown type:
/// the message lists the known ones and offers `--model-type generic`.
Result<Detection> detect_model(const Json& config, const SourceView& source, const DetectionHints& hints);

/// "generic": names kept, nothing transposed, every 2-D X.weight with K % 64 == 0 quantizable.
Result<Schema> generic_schema(const Json& config, const SourceView& source);

}  // namespace decibit
