// SPDX-License-Identifier: Apache-2.0
#include "cli/speech_flags.h"

namespace decibit::cli {

Flag kokoro_model_flag(std::string_view group) {
  return {.name = "--model",
          .short_name = 'm',
          .value = "PATH",
          .help = "Folder of a Kokoro model, or its name in the Hub's cache",
          .group = group,
          .default_value =
              "$DECIBIT_KOKORO_MODEL, what scripts/demo.sh installed, or Kokoro-82M of "
              "hexgrad, prince-canuma or mlx-community in the Hub's cache",
          .completes = Completes::kFolder};
}

Flag voice_flag(std::string_view group) {
  return {.name = "--voice",
          .value = "NAME",
          .help = "A voice of the model, a voice file, or a blend: af_heart:2,af_bella:1",
          .group = group,
          .default_value = "af_heart"};
}

Flag speed_flag(std::string_view group) {
  return {.name = "--speed",
          .value = "X",
          .help = "How fast to speak",
          .group = group,
          .default_value = "1"};
}

}  // namespace decibit::cli
