// SPDX-License-Identifier: Apache-2.0
// Few and many queries, both caches, whole and odd rows, a window in a ring, and probabilities,
// against the reference.
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/half.h"
#include "kernels/reference/reference.h"
#include "kernels/self_test.h"
#include "kernels/self_test_weights.h"

namespace decibit {
namespace {

using isa::AttentionJob;
using isa::Element;

struct Sample {
  const char* name;
  Element cache;
  std::int64_t queries, keys, head_dim, ring;
  bool causal;
  std::int64_t window;
};
constexpr Sample kSamples[] = {
    {"one query", Element::kF16, 1, 40, 32, 0, false, 0},
    {"few queries", Element::kF32, 3, 70, 32, 0, true, 0},
    {"few queries in a window", Element::kF16, 2, 75, 19, 37, true, 33},
    {"many queries", Element::kF32, 14, 40, 32, 0, false, 0},
    {"many causal queries", Element::kF16, 13, 40, 19, 0, true, 0},
    {"many queries in a window", Element::kF16, 9, 140, 32, 30, true, 20}};

std::vector<std::uint8_t> cache(Element element, std::int64_t count, std::uint32_t seed) {
  const auto values = sample_floats(count, seed);
  std::vector<std::uint8_t> bytes;
  for (const float v : values) {
    const std::uint32_t bits =
        element == Element::kF16 ? f32_to_f16(v) : std::bit_cast<std::uint32_t>(v);
    for (unsigned b = 0; b < (element == Element::kF16 ? 2u : 4u); ++b)
      bytes.push_back(static_cast<std::uint8_t>(bits >> (8 * b)));
  }
  return bytes;
}

/// y, then probabilities.
std::vector<float> run(const isa::Attention& attention, const Sample& s) {
  const std::int64_t slots = s.ring > 0 ? s.ring : s.keys;
  const auto q = sample_floats(s.queries * s.head_dim, 1);
  const auto k = cache(s.cache, slots * s.head_dim, 2), v = cache(s.cache, slots * s.head_dim, 3);
  std::vector<float> y(static_cast<std::size_t>(s.queries * (s.head_dim + s.keys)), -1.0f);
  AttentionJob job = {};
  job.q = q.data();
  job.q_stride = job.y_stride = job.head_dim = s.head_dim;
  job.queries = job.i1 = s.queries;
  job.cache = s.cache;
  job.k = k.data();
  job.v = v.data();
  job.k_stride = job.v_stride = s.head_dim * (s.cache == Element::kF16 ? 2 : 4);
  job.keys = s.keys;
  job.ring = s.ring;
  job.scale = 1;
  job.causal = s.causal;
  job.window = s.window;
  job.first_position = s.keys - s.queries;
  job.y = y.data();
  job.probabilities = y.data() + s.queries * s.head_dim;
  AlignedScratch scratch(attention.scratch_bytes(job));
  job.scratch = scratch.data();
  attention.run(job);
  return y;
}

}  // namespace

std::string self_test(const isa::Attention& attention) {
  for (const Sample& sample : kSamples) {
    const auto got = run(attention, sample), want = run(isa::kReferenceAttention, sample);
    for (std::size_t i = 0; i < got.size(); ++i)
      if (!(std::fabs(got[i] - want[i]) <= 1e-5f)) return sample.name;
  }
  return {};
}

}  // namespace decibit
