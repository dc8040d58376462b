// SPDX-License-Identifier: Apache-2.0
// Flags that several commands around speech have.
#pragma once

#include "cli/command.h"

namespace decibit::cli {

Flag kokoro_model_flag(std::string_view group);
Flag voice_flag(std::string_view group);
Flag speed_flag(std::string_view group);

}  // namespace decibit::cli
