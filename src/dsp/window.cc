// SPDX-License-Identifier: Apache-2.0
#include "dsp/window.h"

#include <cmath>
#include <numbers>

namespace decibit {

std::vector<double> periodic_hann(std::size_t n) {
  std::vector<double> window(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double s = std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
    window[i] = s * s;
  }
  return window;
}

}  // namespace decibit
