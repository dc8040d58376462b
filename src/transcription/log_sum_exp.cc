// SPDX-License-Identifier: Apache-2.0
#include "transcription/log_sum_exp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "transcription/exponential.h"

namespace decibit::transcription {
namespace {

constexpr std::size_t kLanes = 16;   // independent sums, so that they are vectors
constexpr std::size_t kBlock = 512;  // stays in the first cache
constexpr float kNothing = -std::numeric_limits<float>::infinity();

}  // namespace

float largest(std::span<const float> x) {
  std::array<float, kLanes> most;
  most.fill(kNothing);
  std::size_t i = 0;
  for (; i + kLanes <= x.size(); i += kLanes)
    for (std::size_t l = 0; l < kLanes; ++l) most[l] = most[l] < x[i + l] ? x[i + l] : most[l];
  float all = kNothing;
  for (; i < x.size(); ++i) all = std::max(all, x[i]);
  for (const float m : most) all = std::max(all, m);
  return all;
}

double log_sum_exp(std::span<const float> x) {
  const float most = largest(x);
  // NaN beside nothing else is found by the sum.
  const float reference = most == kNothing ? 0 : most;
  std::array<float, kBlock> of_block;
  std::array<double, kLanes> sums{};
  for (std::size_t begin = 0; begin < x.size(); begin += kBlock) {
    const std::span<const float> block = x.subspan(begin, std::min(kBlock, x.size() - begin));
    exponentials(block, reference, 1, of_block.data());
    std::fill(of_block.begin() + std::ssize(block), of_block.end(), 0.0F);
    for (std::size_t i = 0; i < kBlock; i += kLanes)
      for (std::size_t l = 0; l < kLanes; ++l) sums[l] += static_cast<double>(of_block[i + l]);
  }
  double sum = 0;
  for (const double s : sums) sum += s;
  if (most == kNothing && !std::isnan(sum)) return static_cast<double>(kNothing);
  return static_cast<double>(reference) + std::log(sum);
}

}  // namespace decibit::transcription
