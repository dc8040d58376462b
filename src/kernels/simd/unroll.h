// SPDX-License-Identifier: Apache-2.0
// Loops that must be unrolled for their arrays to become registers.
#pragma once

namespace decibit::isa {
namespace {

template <int i>
struct Index {
  static constexpr int value = i;
};

template <int n, int i = 0, class Body>
[[gnu::always_inline]] inline void unroll(const Body& body) {
  if constexpr (i < n) {
    body(Index<i>{});
    unroll<n, i + 1>(body);
  }
}

}  // namespace
}  // namespace decibit::isa
