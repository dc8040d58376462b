// SPDX-License-Identifier: Apache-2.0
// A Prologue, one value at a time, in double.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/gemm.h"

namespace decibit::isa {

inline double activate(const Prologue& prologue, std::int64_t c, double x) {
  const double v = prologue.scale == nullptr ? x : prologue.scale[c] * x + prologue.shift[c];
  switch (prologue.kind) {
    case Prologue::Kind::kNone:
      return v;
    case Prologue::Kind::kLeakyRelu:
      return v > 0 ? v : prologue.slope * v;
    case Prologue::Kind::kSnake: {
      const double sine = std::sin(prologue.alpha[c] * v);
      return v + sine * sine * prologue.inv_alpha[c];
    }
  }
  return v;
}

}  // namespace decibit::isa
