// SPDX-License-Identifier: Apache-2.0
// The program as a function: words in, exit code out.
#pragma once

#include <string>
#include <vector>

namespace decibit::cli {

/// `words`: argv without the program's name. Results go to stdout, everything else to stderr; under
/// --json exactly one object goes to stdout, also on failure.
int run(const std::vector<std::string>& words);

}  // namespace decibit::cli
