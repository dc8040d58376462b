// SPDX-License-Identifier: Apache-2.0
// The recurrence of an LSTM in one direction. The input's part, x_t Wx^T + b_ih + b_hh, is a matrix
// product over all t that the caller has made. Gates in PyTorch's order i, f, g, o:
//   z = gates_t + h Wh^T,  c = sigmoid(f) c + sigmoid(i) tanh(g),  h = sigmoid(o) tanh(c)
//
// A step is a product of one row, bound by the bytes of Wh, and every step reads all of it: Wh is
// unpacked once, to an order that steps read from end to end. Directions are independent of each
// other: one thread each, and nobody waits within a sequence.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/weights.h"

namespace decibit::isa {

struct LstmJob {
  const Weights* wh;     // [4 * hidden, hidden], dense or quantized
  const void* unpacked;  // from unpack() of the same wh
  std::int64_t hidden, steps;
  const float* gates;  // [steps, 4 * hidden], row stride below
  std::int64_t gates_stride;
  bool reverse;  // t runs from steps - 1 to 0
  float* y;      // h_t at y + t * y_stride; also where the next step reads it
  std::int64_t y_stride;
  float* h;  // [hidden], in and out; no part of y
  float* c;  // [hidden], in and out
};

/// Sums are in float, in an order that depends on `hidden` alone: a sequence may be run in pieces,
/// h and c carried over, and gives the same bits. A NaN or an infinity in a gate or in Wh spreads
/// to all units from the next step on, as the formula says.
struct Lstm {
  std::size_t (*unpacked_bytes)(const Weights& wh);
  /// `out` is 64-byte aligned. What it holds may be kept and shared between threads. F16 and BF16
  /// stay 16 bits wide, so that Wh fits the second cache; quantized weights become floats.
  void (*unpack)(const Weights& wh, void* out);
  void (*run)(const LstmJob& job);
};

}  // namespace decibit::isa
