// SPDX-License-Identifier: Apache-2.0
// What a command that worked has to say: once for people, once for programs.
#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "io/json.h"

namespace decibit::cli {

struct Outcome {
  std::string text;  // for stdout
  Json json = {};    // an object, printed instead of `text` under --json
  /// The command worked and found fault with its subject: told like any error, after `text`.
  std::optional<Error> fault = {};
};

}  // namespace decibit::cli
