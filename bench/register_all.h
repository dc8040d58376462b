// SPDX-License-Identifier: Apache-2.0
// What a program of bench/ consists of: this, and main.cc.
#pragma once

namespace decibit {

/// Registers the program's benchmarks.
void register_all();

}  // namespace decibit
