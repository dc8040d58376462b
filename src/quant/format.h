// SPDX-License-Identifier: Apache-2.0
// What a weight format is to this folder: two functions on one group. One format, one file, one row
// of the table in quantize.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/dtype.h"
#include "quant/scheme.h"

namespace decibit {

struct Format {
  /// G weights to G codes, one scale and (affine) one bias, both written as raw bytes.
  void (*quantize_group)(const Scheme& scheme, Profile profile, DType dtype,
                         std::span<const float> weights, std::span<std::uint8_t> codes,
                         std::byte* scale, std::byte* bias);
  void (*dequantize_group)(const Scheme& scheme, DType dtype, std::span<const std::uint8_t> codes,
                           const std::byte* scale, const std::byte* bias, std::span<float> weights);
};

extern const Format kAffineFormat;
extern const Format kMxFormat;  // mxfp4 and mxfp8
extern const Format kNvfp4Format;

/// The affine rule of decibit-rows: see quantize_row_f16_scales.
void quantize_affine_group_f16(const Scheme& scheme, std::span<const float> weights,
                               std::span<std::uint8_t> codes, std::byte* scale, std::byte* bias);

}  // namespace decibit
