// SPDX-License-Identifier: Apache-2.0
// The program as a function: words in, exit code out.
#pragma once

#include <string>
#include <vector>

namespace decibit::cli {

/// argv without the program's name. Called through a link named mlx_audio.convert, as scripts call
/// mlx-audio's program, decibit is its command convert: that word then comes first.
std::vector<std::string> command_words(int argc, char** argv);

/// `words` as command_words() gives them. Results go to stdout, everything else to stderr; under
/// --json exactly one object goes to stdout, also on failure.
int run(const std::vector<std::string>& words);

}  // namespace decibit::cli
