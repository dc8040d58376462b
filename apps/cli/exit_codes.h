// SPDX-License-Identifier: Apache-2.0
// What the exit status of decibit means; part of the interface, so a code never changes its sense.
#pragma once

#include <span>
#include <string_view>

namespace decibit::cli {

struct ExitCode {
  int code;
  std::string_view name;  // in JSON: "not_found"
  std::string_view meaning;
};

std::span<const ExitCode> exit_codes();
/// "not_found" for 3.
std::string_view exit_code_name(int code);

}  // namespace decibit::cli
