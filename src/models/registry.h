// SPDX-License-Identifier: Apache-2.0
// The models we know, one row each, and which of them a checkpoint is.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "models/generic.h"  // generic_schema, for those who need no detection
#include "models/schema.h"

namespace decibit {

struct ModelType {
  std::string_view name;    // mlx-audio's folder name, written as model_type: "whisper"
  std::string_view domain;  // "tts", "stt", "sts", "lid", "music"; empty: any (generic)
  std::span<const std::string_view> aliases;  // other values of model_type / architectures
  /// Does the config look like this model although it names no type? Null: cannot tell.
  bool (*config_matches)(const Json& config);
  std::string_view config_signature;  // what config_matches looks for: "istftnet, plbert"
  /// Do the tensor names? Null: cannot tell.
  bool (*tensors_match)(const SourceView& source);
  std::string_view tensor_signature;  // what tensors_match looks for: "decoder.generator.*"
  /// kBadInput when the config lacks what the model needs.
  Result<Schema> (*schema)(const Json& config, const SourceView& source);
};

/// All rows; the last one is "generic", which nothing but its name selects.
std::span<const ModelType> model_types();
/// The values of --model-domain: mlx-audio's, also those of which no type is known here.
std::span<const std::string_view> model_domains();
/// The row with this name or alias (case matters not), or null.
const ModelType* find_model_type(std::string_view name);

struct Detection {
  const ModelType* type;
  std::string
      evidence;  // "config.json model_type", "tensor names (decoder.generator.*)", "--model-type"
};

struct DetectionHints {
  std::string model_type = {};    // --model-type, or empty
  std::string model_domain = {};  // --model-domain, or empty
  std::string folder_name = {};   // for whole-token hints, last resort
};

/// Order: --model-type; config model_type, architecture(s), aliases; config keys; tensor names;
/// whole tokens of the folder name. Two answers at one level are an error. A config that names a
/// type we do not know is never overruled by weaker evidence. kUsage: a flag with an unknown value,
/// or a --model-domain that the type contradicts. kBadInput: no type found, or an unknown one; the
/// message lists the known ones and offers
/// `--model-type generic`.
Result<Detection> detect_model(const Json& config, const SourceView& source,
                               const DetectionHints& hints);

}  // namespace decibit
