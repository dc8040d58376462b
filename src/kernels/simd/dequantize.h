// SPDX-License-Identifier: Apache-2.0
// Dequantizes a row with the roundings of quant/: affine T(T(code * scale) + bias), then to the
// output type; fp modes T(T(element) * T(scale)), T the output type.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/isa.h"
#include "kernels/simd/elements.h"
#include "kernels/simd/fp_codes.h"

namespace decibit::isa {
namespace {

// Eight codes of `bits` bits each, from the low end of a word to one byte each: split in halves
// until each part holds one code.
inline std::uint64_t spread_codes(std::uint64_t packed, int bits) {
  const std::uint64_t code = (std::uint64_t{1} << bits) - 1;
  const std::uint64_t two = (std::uint64_t{1} << 2 * bits) - 1;
  const std::uint64_t four = (std::uint64_t{1} << 4 * bits) - 1;
  std::uint64_t x = (packed & four) | ((packed >> 4 * bits) & four) << 32;
  x = (x & two * 0x0000000100000001u) | ((x >> 2 * bits) & two * 0x0000000100000001u) << 16;
  return (x & code * 0x0001000100010001u) | ((x >> bits) & code * 0x0001000100010001u) << 8;
}

// `n` codes, a multiple of 16, of which [in, end) is what may be read.
inline void unpack_codes(const std::uint8_t* in, const std::uint8_t* end, int bits, int n,
                         std::uint8_t* codes) {
  for (int i = 0; i < n; i += 8, in += bits) {
    std::uint64_t packed = 0;
    if (end - in >= 8) {
      __builtin_memcpy(&packed, in, 8);
    } else {
      __builtin_memcpy(&packed, in, static_cast<std::size_t>(bits));
    }
    const std::uint64_t spread = bits == 8 ? packed : spread_codes(packed, bits);
    __builtin_memcpy(codes + i, &spread, 8);
  }
}

// One scale or bias in every lane.
template <class V, Element e>
typename V::F broadcast(const std::uint8_t* p) {
  if constexpr (e == Element::kF32) {
    float x;
    __builtin_memcpy(&x, p, 4);
    return V::set(x);
  } else {
    std::uint16_t half;
    __builtin_memcpy(&half, p, 2);
    const auto h = V::iset(half);
    if constexpr (e == Element::kF16) return V::from_f16_bits(h);
    return V::floats(V::template shift_left<16>(h));
  }
}

// Decoders of one group: begin(job, group), then value(codes).
template <class V, Element scale_type>
struct AffineDecoder {
  typename V::F scale, bias;

  void begin(const DequantizeJob& job, std::int64_t group) {
    const auto at = static_cast<std::size_t>(group) * kSize<scale_type>;
    scale = broadcast<V, scale_type>(job.scales + at);
    bias = broadcast<V, scale_type>(job.biases + at);
  }
  typename V::F value(typename V::I codes) const {
    const auto product = round_to<V, scale_type>(V::mul(V::to_float(codes), scale));
    return round_to<V, scale_type>(V::add(product, bias));
  }
};

template <class V, Element out>
struct FpDecoder {
  Codes kind;
  typename V::F scale;

  void begin(const DequantizeJob& job, std::int64_t group) {
    kind = job.kind;
    const auto byte = V::iset(job.scales[group]);
    scale = round_to<V, out>(kind == Codes::kNvfp4 ? e4m3_value<V>(byte) : e8m0_value<V>(byte));
  }
  typename V::F value(typename V::I codes) const {
    const auto element = kind == Codes::kMxfp8 ? e4m3_value<V>(codes) : e2m1_value<V>(codes);
    return V::mul(element, scale);  // store() rounds it to the output type
  }
};

template <class V, Element out, class Decoder>
void dequantize_groups(const DequantizeJob& job) {
  const std::uint8_t* end = job.codes + job.k * job.bits / 8;
  const int group = 1 << job.group_shift;
  const std::int64_t code_bytes = group * job.bits / 8;
  std::uint8_t codes[128];
  for (std::int64_t g = 0; g < job.k >> job.group_shift; ++g) {
    Decoder decoder;
    decoder.begin(job, g);
    unpack_codes(job.codes + g * code_bytes, end, job.bits, group, codes);
    std::uint8_t* values = job.values + static_cast<std::size_t>(g * group) * kSize<out>;
    for (int i = 0; i < group; i += V::kLanes)
      store<V, out>(values + static_cast<std::size_t>(i) * kSize<out>,
                    decoder.value(V::load_bytes(codes + i)));
  }
}

template <class V, Element out>
void dequantize_to(const DequantizeJob& job) {
  if (job.kind != Codes::kAffine) return dequantize_groups<V, out, FpDecoder<V, out>>(job);
  switch (job.scale) {
    case Element::kF16:
      return dequantize_groups<V, out, AffineDecoder<V, Element::kF16>>(job);
    case Element::kBF16:
      return dequantize_groups<V, out, AffineDecoder<V, Element::kBF16>>(job);
    default:
      return dequantize_groups<V, out, AffineDecoder<V, Element::kF32>>(job);
  }
}

}  // namespace
}  // namespace decibit::isa
