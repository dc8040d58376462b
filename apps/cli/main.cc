// SPDX-License-Identifier: Apache-2.0
// The program decibit: see run.h.
#include "cli/run.h"
#include "cli/signals.h"
#include "cli/standard_streams.h"

int main(int argc, char** argv) {
  decibit::cli::occupy_standard_streams();
  decibit::cli::install_signal_handlers();
  return decibit::cli::run(decibit::cli::command_words(argc, argv));
}
