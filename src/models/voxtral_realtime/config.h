// SPDX-License-Identifier: Apache-2.0
// The three configs that Voxtral Realtime comes with, and their way to the one that mlx-audio
// reads:
//   params.json   Mistral's own, beside consolidated.safetensors: text sizes at the top level,
//                 audio under multimodal.whisper_model_args.encoder_args
//   config.json   of transformers: text_config and audio_config
//   config.json   of mlx-audio: decoder and encoder_args
#pragma once

#include <optional>

#include "io/json.h"
#include "models/schema.h"

namespace decibit::voxtral_realtime {

/// mlx-audio's config from params.json; nothing when `params` is not of a Realtime model (Voxtral
/// Mini 3B has a params.json too, but no ada_rms_norm_t_cond).
std::optional<Json> config_from_params(const Json& params);

/// mlx-audio's config from that of transformers; nothing when there is neither text_config nor
/// audio_config. Members that speak of neither are kept. transformers has no member for the width
/// of the delay conditioning (32 in its code); it is read off the tensors.
std::optional<Json> config_from_transformers(const Json& config, const SourceView& source);

/// The config that has to stand beside the converted weights, from any of the three. A config that
/// is none of them is returned as it is: to mlx-audio it means the 4B model.
Json mlx_config(const Json& config, const SourceView& source);

}  // namespace decibit::voxtral_realtime
