// SPDX-License-Identifier: Apache-2.0
// How long the passes of a Whisper model take; the audio is noise, which costs what speech does.
#pragma once

#include "io/json.h"
#include "models/whisper/model.h"
#include "nn/engine.h"

namespace decibit {

/// "listen_s" (encoder, and keys and values for the decoder), "prompt_s" (223 tokens),
/// "tokens_per_s" of one text and "steps_per_s" of five, over the first 100 tokens of a window,
/// "align_s" (100 tokens); each the best of several. And MiB: "workspace_mib", "weights_mib" of
/// weights that were copied from the file.
Json time_passes(const whisper::Model& model, Engine& engine, Compute compute);

}  // namespace decibit
