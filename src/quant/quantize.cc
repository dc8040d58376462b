// SPDX-License-Identifier: Apache-2.0
// Rows as sequences of groups: each format's rule is about one group (format.h), the layout of a
// row is the same for all.
#include "quant/quantize.h"

#include <array>

#include "core/check.h"
#include "quant/format.h"
#include "quant/packing.h"

namespace decibit {
namespace {

constexpr std::size_t kLargestGroup = 128;

const Format& format_of(Mode mode) {
  switch (mode) {
    case Mode::kAffine:
      return kAffineFormat;
    case Mode::kMxfp4:
    case Mode::kMxfp8:
      return kMxFormat;
    case Mode::kNvfp4:
      return kNvfp4Format;
  }
  DECIBIT_CHECK(false);
}

// The strides of one group in the parts of a row, in elements and in bytes.
struct Strides {
  std::size_t weights;
  std::size_t codes;
  std::size_t scale;
};

Strides strides(const Scheme& scheme, DType scale_dtype, std::size_t k) {
  DECIBIT_CHECK(scheme.fits(static_cast<std::int64_t>(k)));
  const auto group = static_cast<std::size_t>(scheme.group_size());
  return {group, group * static_cast<std::size_t>(scheme.bits()) / 8,
          static_cast<std::size_t>(size_bytes(scheme.scale_dtype(scale_dtype)))};
}

// `quantize_group(weights, codes, scale, bias)` for each group of a row.
template <class QuantizeGroup>
void quantize_groups(const Scheme& scheme, DType scale_dtype, std::span<const float> weights,
                     QuantizedRow out, QuantizeGroup quantize_group) {
  const Strides step = strides(scheme, scale_dtype, weights.size());
  std::array<std::uint8_t, kLargestGroup> buffer;
  const auto codes = std::span(buffer).first(step.weights);
  for (std::size_t g = 0; g * step.weights < weights.size(); ++g) {
    quantize_group(weights.subspan(g * step.weights, step.weights), codes,
                   out.scales + g * step.scale,
                   scheme.has_biases() ? out.biases + g * step.scale : nullptr);
    pack_codes(codes, scheme.bits(), out.codes + g * step.codes);
  }
}

}  // namespace

void quantize_row(const Scheme& scheme, Profile profile, DType dtype,
                  std::span<const float> weights, QuantizedRow out) {
  const Format& format = format_of(scheme.mode());
  quantize_groups(scheme, dtype, weights, out,
                  [&](std::span<const float> group, std::span<std::uint8_t> codes, std::byte* scale,
                      std::byte* bias) {
                    format.quantize_group(scheme, profile, dtype, group, codes, scale, bias);
                  });
}

void quantize_row_f16_scales(const Scheme& scheme, std::span<const float> weights,
                             QuantizedRow out) {
  DECIBIT_CHECK(scheme.mode() == Mode::kAffine);
  quantize_groups(
      scheme, DType::kF16, weights, out,
      [&](std::span<const float> group, std::span<std::uint8_t> codes, std::byte* scale,
          std::byte* bias) { quantize_affine_group_f16(scheme, group, codes, scale, bias); });
}

void dequantize_row(const Scheme& scheme, DType dtype, ConstQuantizedRow row,
                    std::span<float> weights) {
  const Format& format = format_of(scheme.mode());
  const Strides step = strides(scheme, dtype, weights.size());
  std::array<std::uint8_t, kLargestGroup> buffer;
  const auto codes = std::span(buffer).first(step.weights);
  for (std::size_t g = 0; g * step.weights < weights.size(); ++g) {
    unpack_codes(row.codes + g * step.codes, scheme.bits(), codes);
    format.dequantize_group(scheme, dtype, codes, row.scales + g * step.scale,
                            scheme.has_biases() ? row.biases + g * step.scale : nullptr,
                            weights.subspan(g * step.weights, step.weights));
  }
}

}  // namespace decibit
