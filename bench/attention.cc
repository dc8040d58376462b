// SPDX-License-Identifier: Apache-2.0
// Attention of one head on one thread: multiply-adds per second (both products, visible keys only)
// and bytes of the cache per second. Heads lie beside each other in a row of the cache, as callers
// have them; consecutive calls take the next head.
//
//   bench_attention --benchmark_filter='avx2/whisper_encoder'
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kernels/kernel_table.h"
#include "quant/element.h"
#include "register_all.h"

namespace decibit {
namespace {

struct Shape {
  const char* name;
  std::int64_t queries, keys, head_dim, heads;
  DType cache;
  bool causal;
  std::int64_t window;
  bool probabilities = false;
  std::int64_t group = 1;
};

constexpr Shape kShapes[] = {
    {"albert", 512, 512, 64, 12, DType::kF32, false, 0},
    {"whisper_encoder", 1500, 1500, 64, 8, DType::kF32, false, 0},
    {"whisper_encoder_f16", 1500, 1500, 64, 8, DType::kF16, false, 0},
    {"prefill", 512, 2048, 128, 8, DType::kF16, true, 0},
    {"prefill_window", 512, 2048, 128, 8, DType::kF16, true, 750},
    {"decode_1", 1, 448, 64, 20, DType::kF16, true, 0},
    {"decode_5", 5, 448, 64, 20, DType::kF16, true, 0},
    {"cross_1", 1, 1500, 64, 20, DType::kF16, false, 0},
    {"cross_1_f32", 1, 1500, 64, 20, DType::kF32, false, 0},
    {"cross_1_weights", 1, 1500, 64, 20, DType::kF16, false, 0, true},
    {"cross_5", 5, 1500, 64, 20, DType::kF16, false, 0},
    {"cross_8", 8, 1500, 64, 20, DType::kF16, false, 0},
    {"decode_128", 1, 4000, 128, 8, DType::kF16, true, 0},
    {"decode_128_group_4", 4, 4000, 128, 8, DType::kF16, true, 0, false, 4},
};

std::vector<float> normals(std::int64_t n, float size) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, size);
  std::vector<float> values(static_cast<std::size_t>(n));
  for (float& x : values) x = normal(random);
  return values;
}

std::vector<std::byte> cache(const Shape& s) {
  const auto values = normals(s.keys * s.head_dim * s.heads, 1);
  std::vector<std::byte> bytes(values.size() * static_cast<std::size_t>(size_bytes(s.cache)));
  for (std::size_t i = 0; i < values.size(); ++i)
    store_element(s.cache, values[i], bytes.data(), i);
  return bytes;
}

void attend(benchmark::State& state, const isa::Attention& attention, const Shape& s) {
  const auto q = normals(s.queries * s.head_dim, 1);
  const auto k = cache(s), v = cache(s);
  std::vector<float> y(q.size()), probabilities(static_cast<std::size_t>(s.queries * s.keys));
  isa::AttentionJob job = {};
  job.q = q.data();
  job.head_dim = job.q_head_stride = job.y_head_stride = s.head_dim;
  job.group = s.group;
  job.q_stride = job.y_stride = s.group * s.head_dim;
  job.queries = job.i1 = s.queries;
  job.cache = s.cache == DType::kF16 ? isa::Element::kF16 : isa::Element::kF32;
  const std::int64_t row = s.head_dim * size_bytes(s.cache);
  job.k_stride = job.v_stride = row * s.heads;
  job.keys = s.keys;
  job.scale = 0.125f;
  job.causal = s.causal;
  job.window = s.window;
  job.first_position = s.keys - s.queries / s.group;
  job.y = y.data();
  if (s.probabilities) job.probabilities = probabilities.data();
  const std::unique_ptr<void, decltype(&std::free)> scratch(
      std::aligned_alloc(64, (attention.scratch_bytes(job) + 127) / 64 * 64), &std::free);
  job.scratch = scratch.get();
  std::int64_t head = 0;
  for (auto _ : state) {
    job.k = reinterpret_cast<const std::uint8_t*>(k.data()) + head * row;
    job.v = reinterpret_cast<const std::uint8_t*>(v.data()) + head * row;
    attention.run(job);
    benchmark::ClobberMemory();
    head = head + 1 == s.heads ? 0 : head + 1;
  }
  double pairs = 0;
  for (std::int64_t i = 0; i < s.queries; ++i) {
    const auto [first, last] = visible_keys(job, i);
    pairs += static_cast<double>(last - first);
  }
  using benchmark::Counter;
  state.counters["mac"] =
      Counter(2 * pairs * static_cast<double>(s.head_dim), Counter::kIsIterationInvariantRate);
  state.counters["bytes"] =
      Counter(static_cast<double>(2 * s.keys * row), Counter::kIsIterationInvariantRate);
}

}  // namespace

void register_all() {
  for (const KernelTable* table : supported_tables()) {
    if (table->name == "reference") continue;
    for (const Shape& s : kShapes)
      benchmark::RegisterBenchmark(
          fmt::format("{}/{}", table->name, s.name).c_str(),
          [=](benchmark::State& state) { attend(state, *table->attention, s); });
  }
}

}  // namespace decibit
