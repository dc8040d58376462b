// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and other ways to stop a program, closed pipes and file size limits.
#pragma once

namespace decibit::cli {

/// SIGINT, SIGTERM, SIGHUP: the first sets a flag, a second of its kind kills. SIGPIPE: ends the
/// process, so that a shell sees 141 when the reader left, also under a parent that ignores it.
/// SIGXFSZ: ignored, so that passing `ulimit -f` is an error of write() with a message.
void install_signal_handlers();

/// Whether one of the first three has arrived.
bool interrupted();

}  // namespace decibit::cli
