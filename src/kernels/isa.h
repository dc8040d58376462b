// SPDX-License-Identifier: Apache-2.0
// What a table of one instruction set consists of, in plain types. The translation units compiled
// with wide instruction sets include this, simd/ and their own folder only: an inline function of
// the standard library compiled there could be the copy that the linker keeps, and would then run
// on machines that lack those instructions (tests/kernels checks their symbols).
#pragma once

#include <cstddef>
#include <cstdint>

namespace decibit::isa {

enum class Element : std::uint8_t { kF32, kF16, kBF16, kF64 };
enum class Codes : std::uint8_t { kAffine, kMxfp4, kMxfp8, kNvfp4 };

struct QuantizeJob {
  Codes kind;
  int bits;
  int group_shift;          // group size = 1 << group_shift
  bool gpu;                 // the rule of the Metal kernels instead of the CPU's
  bool round_scales_first;  // affine: codes for the F16 scale and bias
  Element weight;
  Element scale;  // affine: of scales and biases
  std::int64_t k;
  const std::uint8_t* weights;
  std::uint8_t* codes;
  std::uint8_t* scales;
  std::uint8_t* biases;
};

struct DequantizeJob {
  Codes kind;
  int bits;
  int group_shift;
  Element scale;  // affine: of scales and biases
  Element out;
  std::int64_t k;
  const std::uint8_t* codes;
  const std::uint8_t* scales;
  const std::uint8_t* biases;
  std::uint8_t* values;
};

struct Sums {
  double signal = 0;
  double noise = 0;
  std::int64_t zeroed_groups = 0;
};

/// The functions of KernelTable, see there.
struct Functions {
  Sums (*quantize_row)(const QuantizeJob& job);
  void (*dequantize_row)(const DequantizeJob& job);
  void (*cast)(Element from, const std::uint8_t* in, Element to, std::uint8_t* out, std::size_t n);
  std::size_t (*first_nonfinite)(Element element, const std::uint8_t* in, std::size_t n);
};

}  // namespace decibit::isa
