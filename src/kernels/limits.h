// SPDX-License-Identifier: Apache-2.0
// What a core can do at most with this instruction set: loops that do nothing else, to set a
// kernel's speed against in the same second. Each does a known amount of work on known numbers and
// returns what came of it, so that no compiler can leave work out, and a test can see that.
#pragma once

#include <cstddef>
#include <cstdint>

namespace decibit::isa {

struct Limits {
  /// Work is given in multiples of these.
  static constexpr std::int64_t kUnit = 1536;
  static constexpr std::size_t kReadStep = 256;

  /// Reads `bytes` bytes at `data` (64-byte aligned) as 1 or 8 streams side by side, each a
  /// multiple of kReadStep. 0 if all of them are 0, else more.
  float (*read)(const void* data, std::size_t bytes, int streams);

  // Multiply-adds of ones, from registers to registers; the result is their number, as long as
  // float (fma, unpack) and 16 bits (int8) of a lane count that far: for up to kUnit * 2048.

  /// Multiply-adds of floats.
  float (*fma)(std::int64_t count);
  /// Weights unpacked in the cheapest way there is: AND, conversion to float, multiply-add.
  float (*unpack)(std::int64_t count);
  /// Unsigned by signed bytes. AVX2 adds pairs in 16 bits, which codes of 4 bits allow.
  float (*int8)(std::int64_t count);
  /// Signed words, to sums of 32 bits.
  float (*int16)(std::int64_t count);
};

}  // namespace decibit::isa
