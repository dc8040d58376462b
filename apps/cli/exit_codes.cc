// SPDX-License-Identifier: Apache-2.0
// One row for each ErrorCode, and for success.
#include "cli/exit_codes.h"

#include <algorithm>
#include <array>

#include "core/result.h"

namespace decibit::cli {
namespace {

constexpr int code(ErrorCode error) { return static_cast<int>(error); }

constexpr std::array kExitCodes = {
    ExitCode{0, "done", "done"},
    ExitCode{code(ErrorCode::kInternal), "internal", "a fault of decibit: please report it"},
    ExitCode{code(ErrorCode::kUsage), "usage", "the command line is wrong"},
    ExitCode{code(ErrorCode::kNotFound), "not_found", "a source is missing, or the target exists"},
    ExitCode{code(ErrorCode::kBadInput), "bad_input", "the input is damaged or not supported"},
    ExitCode{code(ErrorCode::kDenied), "denied", "not allowed"},
    ExitCode{code(ErrorCode::kNetwork), "network", "the network failed"},
    ExitCode{code(ErrorCode::kResources), "resources", "too little memory or disk"},
    ExitCode{code(ErrorCode::kStrict), "strict", "--strict: something was not done as asked"},
    ExitCode{code(ErrorCode::kSomeFailed), "some_failed", "some of several inputs failed"},
    ExitCode{code(ErrorCode::kInterrupted), "interrupted", "stopped by Ctrl-C, SIGTERM or SIGHUP"},
    ExitCode{code(ErrorCode::kBrokenPipe), "broken_pipe", "the reader of the output left"}};

}  // namespace

std::span<const ExitCode> exit_codes() { return kExitCodes; }

std::string_view exit_code_name(int exit_code) {
  const auto found = std::ranges::find(kExitCodes, exit_code, &ExitCode::code);
  return found == kExitCodes.end() ? std::string_view("unknown") : found->name;
}

}  // namespace decibit::cli
