// SPDX-License-Identifier: Apache-2.0
// How the benchmarks of Whisper decode: English at temperature 0, with timestamps, each window on
// its own.
#pragma once

#include "decibit/transcribe.h"

namespace decibit {

/// A beam of 1 is greedy.
inline TranscribeOptions plain_options(int beam_size) {
  TranscribeOptions options;
  options.language = "en";
  options.temperatures = {0};
  options.beam_size = beam_size;
  options.condition_on_previous_text = false;
  return options;
}

}  // namespace decibit
