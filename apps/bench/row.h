// SPDX-License-Identifier: Apache-2.0
// One line of the benchmark: a kernel, the weights and activations it works on, and its shape.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "quant/scheme.h"

namespace decibit::bench {

enum class Kernel : std::uint8_t { kMatvec, kGemm, kIntGemm, kConv, kToomCook, kLstm, kAttention };
/// "matvec", "int_gemm", ...
std::string_view name(Kernel kernel);

/// What activations are in a product.
enum class Compute : std::uint8_t { kExact, kInt16, kInt8 };
std::string_view name(Compute compute);  // "exact", "int16", "int8"

/// Of weights, or of an attention's keys and values.
struct Format {
  std::optional<Scheme> scheme;  // none: dense
  DType dtype;                   // of dense weights, or of scales and biases
};
/// "4:64", "mxfp4", "bf16"
std::string name(const Format& format);

/// y[m, n] = x[m, k] W[n, k]^T. In a convolution m are rows of time and k is taps * channels. In
/// an LSTM m are steps, n = 4 * hidden and k = hidden, in each of two directions. In attention m
/// are queries, n keys and k is the size of a head.
struct Row {
  Kernel kernel;
  Format format;
  Compute compute;
  std::int64_t m, n, k;
  int taps = 1, dilation = 1, heads = 1;

  int group() const { return format.scheme ? format.scheme->group_size() : 0; }
};
/// What --filter searches: "matvec/4:64/exact/m1/n9216/k3072"; a convolution adds
/// "/taps3/dilation5".
std::string name(const Row& row);

/// What runs unless something is chosen: shapes of Whisper, Voxtral and Kokoro, in about a minute.
std::vector<Row> default_rows();

}  // namespace decibit::bench
