// SPDX-License-Identifier: Apache-2.0
// LSTM over rows, one direction or both (PyTorch's nn.LSTM, gates i, f, g, o). The input's part of
// the gates is one matrix product over all rows; only the recurrence is sequential, each direction
// on a thread of its own.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "kernels/matrix.h"
#include "nn/binder.h"
#include "nn/context.h"
#include "nn/linear.h"
#include "nn/rows.h"

namespace decibit {

class Lstm {
 public:
  struct Direction {
    Linear input;      // [4 * hidden, inputs], its bias the sum of both
    Matrix recurrent;  // [4 * hidden, hidden]
  };

  Lstm() = default;
  Lstm(const Direction& forward, const Direction& backward);  // bidirectional
  explicit Lstm(const Direction& forward);
  /// PATH.Wx_forward, Wh_forward, bias_ih_forward, bias_hh_forward and the same for backward, as
  /// MLX Audio names them.
  static Lstm bind_bidirectional(WeightBinder& binder, std::string_view path, std::int64_t inputs,
                                 std::int64_t hidden);

  std::int64_t hidden() const { return directions_[0].recurrent.k(); }
  /// y [x.count, hidden], or [x.count, 2 * hidden]: forward, backward. States begin with zeros.
  void forward(const Context& context, ConstRows x, Rows y) const;

 private:
  std::array<Direction, 2> directions_;
  std::size_t count_ = 0;
};

}  // namespace decibit
