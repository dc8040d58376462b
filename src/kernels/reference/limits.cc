// SPDX-License-Identifier: Apache-2.0
// limits.h in portable C++. Operands come through a volatile, once for every kBlock terms, which
// keeps a compiler from computing a loop beforehand and leaves it free to use vectors.
#include "kernels/limits.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "kernels/reference/reference.h"

namespace decibit::isa {
namespace {

constexpr std::size_t kBlock = 64;
static_assert(Limits::kUnit % kBlock == 0);

float read(const void* data, std::size_t bytes, int streams) {
  const auto* const p = static_cast<const std::byte*>(data);
  const std::size_t length = bytes / static_cast<std::size_t>(streams);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < length; i += Limits::kReadStep)
    for (std::size_t stream = 0; stream < static_cast<std::size_t>(streams); ++stream) {
      std::array<std::uint64_t, Limits::kReadStep / 8> words;
      std::memcpy(words.data(), p + stream * length + i, sizeof words);
      for (const std::uint64_t word : words) seen |= word;
    }
  return static_cast<float>(seen);
}

/// The sum of `count` terms term(one), where one == 1.
template <class T, class Term>
float add_up(std::int64_t count, const Term& term) {
  std::array<T, kBlock> sums = {};
  volatile T source = 1;
  for (std::int64_t done = 0; done < count; done += kBlock) {
    const T one = source;
    for (T& sum : sums) sum = static_cast<T>(sum + term(one));
  }
  return static_cast<float>(std::accumulate(sums.begin(), sums.end(), 0.0));
}

float fma(std::int64_t count) {
  return add_up<float>(count, [](float one) { return one * one; });
}

float unpack(std::int64_t count) {
  volatile std::uint32_t source = 0x1111'1111;
  return add_up<float>(count, [&](float one) {
    const std::uint32_t codes = source;
    return static_cast<float>(codes & 15) * one;
  });
}

float integers(std::int64_t count) {
  return add_up<std::int32_t>(count, [](std::int32_t one) { return one * one; });
}

}  // namespace

const Limits kReferenceLimits = {read, fma, unpack, integers, integers};

}  // namespace decibit::isa
