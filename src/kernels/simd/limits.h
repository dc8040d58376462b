// SPDX-License-Identifier: Apache-2.0
// The loops of limits.h. As many sums as hide the latency of an instruction (4 cycles, 2 of them a
// cycle), and no more than there are registers. `keep` makes an operand unknown to the compiler
// before each use: it could otherwise compute a product once, before the loop; sums are kept where
// they are so that none is copied.
#pragma once

#include "kernels/limits.h"
#include "kernels/simd/matvec_rows.h"

namespace decibit::isa {
namespace {

/// V: MatvecOps.
template <class V>
struct LimitLoops {
  static constexpr int kFmaSums = 12, kSums = 8;
  static constexpr int kIntSums = V::kWideBytes ? 12 : 8;

  // Indices known when compiling: sums stay in registers.
  template <int n>
  [[gnu::always_inline]] static float total(const typename V::F (&sums)[n]) {
    float total = 0;
    unroll<n>([&](auto i)
                  __attribute__((always_inline)) { total += V::reduce_add(sums[i.value]); });
    return total;
  }
  template <int n>
  [[gnu::always_inline]] static float total(const typename V::I (&sums)[n]) {
    float total = 0;
    unroll<n>([&](auto i) __attribute__((always_inline)) {
      total += V::reduce_add(V::to_float(sums[i.value]));
    });
    return total;
  }

  template <int kStreams>
  static float read_streams(const std::uint8_t* data, std::size_t bytes) {
    const std::size_t length = bytes / kStreams;
    typename V::I seen[4] = {V::izero(), V::izero(), V::izero(), V::izero()};
    for (std::size_t i = 0; i < length; i += Limits::kReadStep)
      for (int stream = 0; stream < kStreams; ++stream) {
        const std::uint8_t* const p = data + static_cast<std::size_t>(stream) * length + i;
        unroll<static_cast<int>(Limits::kReadStep / V::kBytes)>([&](
            auto j) __attribute__((always_inline)) {
          seen[j.value % 4] = V::ior(seen[j.value % 4], V::load_ints(p + j.value * V::kBytes));
        });
      }
    const auto all = V::ior(V::ior(seen[0], seen[1]), V::ior(seen[2], seen[3]));
    std::int32_t words[V::kLanes];
    V::istore(words, all);
    std::uint32_t any = 0;
    for (const std::int32_t word : words) any |= static_cast<std::uint32_t>(word);
    return static_cast<float>(any);
  }
  static float read(const void* data, std::size_t bytes, int streams) {
    const auto* const p = static_cast<const std::uint8_t*>(data);
    return streams == 8 ? read_streams<8>(p, bytes) : read_streams<1>(p, bytes);
  }

  static float fma(std::int64_t count) {
    typename V::F sums[kFmaSums], one = V::set(1);
    unroll<kFmaSums>([&](auto i) __attribute__((always_inline)) { sums[i.value] = V::zero(); });
    for (std::int64_t done = 0; done < count; done += kFmaSums * V::kLanes)
      unroll<kFmaSums>([&](auto i) __attribute__((always_inline)) {
        V::keep(one);
        sums[i.value] = V::fma(one, one, sums[i.value]);
      });
    return total(sums);
  }

  static float unpack(std::int64_t count) {
    typename V::F sums[kSums], x = V::set(1);
    typename V::I codes = V::iset(0x1111'1111), mask = V::iset(0xF);
    V::keep(mask);
    unroll<kSums>([&](auto i) __attribute__((always_inline)) { sums[i.value] = V::zero(); });
    for (std::int64_t done = 0; done < count; done += kSums * V::kLanes)
      unroll<kSums>([&](auto i) __attribute__((always_inline)) {
        V::keep(codes);
        sums[i.value] = V::fma(V::to_float(V::iand(codes, mask)), x, sums[i.value]);
      });
    return total(sums);
  }

  static float int8(std::int64_t count) {
    typename V::I sums[kIntSums], codes = V::iset8(1), x = V::iset8(1);
    unroll<kIntSums>([&](auto i) __attribute__((always_inline)) { sums[i.value] = V::izero(); });
    for (std::int64_t done = 0; done < count; done += kIntSums * V::kLanes * 4)
      unroll<kIntSums>([&](auto i) __attribute__((always_inline)) {
        V::keep(codes);
        sums[i.value] = V::dot_bytes(sums[i.value], codes, x);
        V::keep(sums[i.value]);
      });
    unroll<kIntSums>([&](auto i) __attribute__((always_inline)) {
      sums[i.value] = V::total_bytes(sums[i.value]);
    });
    return total(sums);
  }

  static float int16(std::int64_t count) {
    typename V::I sums[kIntSums], codes = V::iset16(1), x = V::iset16(1);
    unroll<kIntSums>([&](auto i) __attribute__((always_inline)) { sums[i.value] = V::izero(); });
    for (std::int64_t done = 0; done < count; done += kIntSums * V::kLanes * 2)
      unroll<kIntSums>([&](auto i) __attribute__((always_inline)) {
        V::keep(codes);
        sums[i.value] = V::dot_words(sums[i.value], codes, x);
        V::keep(sums[i.value]);
      });
    return total(sums);
  }

  static_assert(Limits::kUnit % (kFmaSums * V::kLanes) == 0 &&
                Limits::kUnit % (kSums * V::kLanes) == 0 &&
                Limits::kUnit % (kIntSums * V::kLanes * 4) == 0);
};

template <class V>
constexpr Limits limits_table() {
  using Loops = LimitLoops<V>;
  return {Loops::read, Loops::fma, Loops::unpack, Loops::int8, Loops::int16};
}

}  // namespace
}  // namespace decibit::isa
