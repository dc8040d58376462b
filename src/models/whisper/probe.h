// SPDX-License-Identifier: Apache-2.0
// For tests: a pass that shows its stages.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "nn/rows.h"

namespace decibit::whisper {

/// Gets every stage as soon as it is there: "conv1", "conv2" (before GELU), "block" with the number
/// of its layer, "ln_post" of the encoder; "block" and "ln" of the decoder. Empty: nobody looks.
using Probe = std::function<void(std::string_view stage, std::size_t layer, ConstRows values)>;

inline void show(const Probe& probe, std::string_view stage, std::size_t layer, ConstRows values) {
  if (probe) probe(stage, layer, values);
}

}  // namespace decibit::whisper
