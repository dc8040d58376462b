// SPDX-License-Identifier: Apache-2.0
// What a comparison found, as text and JSON.
#pragma once

#include <string>

#include "cli/outcome.h"
#include "convert/diff.h"

namespace decibit::cli {

/// `all`: every tensor of `diff`, equal ones too; otherwise the twenty that differ most.
Outcome diff_report(const std::string& a, const std::string& b, const Diff& diff, bool all);

}  // namespace decibit::cli
