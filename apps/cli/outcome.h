// SPDX-License-Identifier: Apache-2.0
// What a command that worked has to say: once for people, once for programs.
#pragma once

#include <string>

#include "io/json.h"

namespace decibit::cli {

struct Outcome {
  std::string text;   // for stdout
  Json json = {};     // an object, printed instead of `text` under --json
  int exit_code = 0;  // not 0 when the command worked and found fault with its subject
};

}  // namespace decibit::cli
