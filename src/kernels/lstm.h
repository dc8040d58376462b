// SPDX-License-Identifier: Apache-2.0
// The recurrence of an LSTM in one direction. The input's part, x_t Wx^T + b_ih + b_hh, is a matrix
// product over all t that the caller has made. Gates in PyTorch's order i, f, g, o:
//   z = gates_t + h Wh^T,  c = sigmoid(f) c + sigmoid(i) tanh(g),  h = sigmoid(o) tanh(c)
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/weights.h"

namespace decibit::isa {

struct LstmJob {
  const Weights* wh;  // [4 * hidden, hidden], dense or quantized
  std::int64_t hidden, steps;
  const float* gates;  // [steps, 4 * hidden], row stride below
  std::int64_t gates_stride;
  bool reverse;  // t runs from steps - 1 to 0
  float* y;      // h_t at y + t * y_stride
  std::int64_t y_stride;
  float* h;       // [hidden], in and out
  float* c;       // [hidden], in and out
  void* scratch;  // scratch_bytes(*wh), 64-byte aligned: Wh unpacked once, kept in cache
};

struct Lstm {
  std::size_t (*scratch_bytes)(const Weights& wh);
  void (*run)(const LstmJob& job);
};

}  // namespace decibit::isa
