// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace decibit {

/// Hann's window, sin(pi i / n)^2: one period of a cosine, as torch.hann_window(n) has it. (The
/// symmetric window, whose last value is zero too, has n - 1 in place of n.)
std::vector<double> periodic_hann(std::size_t n);

}  // namespace decibit
