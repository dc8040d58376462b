// SPDX-License-Identifier: Apache-2.0
// Small matrices of every kind of weights, for self-tests.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/weights.h"

namespace decibit {

struct SampleKind {
  const char* name;
  isa::WeightKind kind;
  int bits, group_shift;
  isa::Element scale;
  float largest;  // |weight|, roughly: what tolerances are relative to
};
/// One for each way of unpacking, and all types of scales.
std::span<const SampleKind> sample_kinds();

/// W[n, k] with bytes of its own; k is a multiple of the group size.
class SampleWeights {
 public:
  SampleWeights(const SampleKind& kind, std::int64_t n, std::int64_t k);
  SampleWeights(const SampleWeights&) = delete;
  SampleWeights& operator=(const SampleWeights&) = delete;
  const isa::Weights& view() const { return view_; }

 private:
  std::vector<std::uint8_t> data_, scales_, biases_;
  isa::Weights view_;
};

/// n numbers between -size and size, the same for the same seed.
std::vector<float> sample_floats(std::int64_t n, std::uint32_t seed, float size = 1);

/// Bytes that begin at a multiple of 64.
class AlignedScratch {
 public:
  explicit AlignedScratch(std::size_t size) : bytes_(size + 64) {}
  void* data() {
    const auto address = reinterpret_cast<std::uintptr_t>(bytes_.data());
    return bytes_.data() + (64 - address % 64) % 64;
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace decibit
