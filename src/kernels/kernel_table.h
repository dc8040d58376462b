// SPDX-License-Identifier: Apache-2.0
// One table of plain functions per instruction set, chosen once at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "kernels/attention.h"
#include "kernels/gemm.h"
#include "kernels/int_gemm.h"
#include "kernels/limits.h"
#include "kernels/lstm.h"
#include "kernels/matvec.h"
#include "kernels/pointwise.h"
#include "kernels/toom_cook.h"
#include "quant/scheme.h"

namespace decibit {

/// 10 log10(signal / noise): infinity without noise, 0 when there is no signal or no end of noise.
double sqnr_db(double signal, double noise);

/// What quantization did to some weights. "Dequantized" is scale * code + bias of the stored scale
/// and bias in float, without a rounding to the weight's type. Sums are in double; callers add rows
/// in order, so that the figures do not depend on the number of threads.
struct QuantError {
  double signal = 0;  // sum of w^2
  double noise = 0;   // sum of (w - dequantized)^2
  std::int64_t groups = 0;
  std::int64_t zeroed_groups = 0;  // not all zero before, all zero after

  void add(const QuantError& other);
  double sqnr_db() const { return decibit::sqnr_db(signal, noise); }
};

/// Which rule chooses affine scales: MLX's, or f16-rounded first (decibit-rows).
enum class ScaleRule : std::uint8_t { kMlx, kF16First };

/// One row to quantize, raw little-endian bytes as in files; layouts in quant/quantize.h.
struct RowJob {
  Scheme scheme;
  Profile profile;
  ScaleRule rule;
  DType dtype;  // F32, F16, BF16: of `weights`, and under kMlx of scales and biases
  std::int64_t k;
  const std::byte* weights;  // any alignment
  std::byte* codes;
  std::byte* scales;
  std::byte* biases;  // null for fp modes
};

struct KernelTable {
  std::string_view name;  // "reference", "avx2", "avx512"
  QuantError (*quantize_row)(const RowJob& job);
  /// Dequantizes one row to `out_dtype` (rule: quant/quantize.h). `scale_dtype` is the type of
  /// affine scales and biases; the other modes ignore it. `out` holds k elements.
  void (*dequantize_row)(const Scheme& scheme, DType scale_dtype, std::int64_t k,
                         const std::byte* codes, const std::byte* scales, const std::byte* biases,
                         DType out_dtype, std::byte* out);
  /// n elements from one of F64, F32, F16, BF16 to one of F32, F16, BF16; rounds to nearest even,
  /// F64 to float first, as in MLX. NaN stays NaN.
  void (*cast)(DType from, const std::byte* in, DType to, std::byte* out, std::size_t n);
  /// Index of the first NaN or infinity among n elements of F64, F32, F16 or BF16; n if there is
  /// none.
  std::size_t (*first_nonfinite)(DType dtype, const std::byte* in, std::size_t n);

  // What forward passes are made of, one family a header. All are single-threaded over a range that
  // the caller gives, and their preconditions were checked when the weights were bound.
  const isa::Matvec* matvec = nullptr;
  const isa::Gemm* gemm = nullptr;
  const isa::IntGemm* int_gemm = nullptr;
  const isa::ToomCook* toom_cook = nullptr;
  const isa::Attention* attention = nullptr;
  const isa::Lstm* lstm = nullptr;
  const isa::Pointwise* pointwise = nullptr;

  /// What kernels are measured against.
  const isa::Limits* limits = nullptr;
};

/// The tables this CPU can run, slowest (reference) first.
std::vector<const KernelTable*> supported_tables();
/// The best table that passes its self-test; the failures it skipped are appended to `warnings`.
const KernelTable& choose_table(std::vector<std::string>& warnings);
/// `table` with every family of engine kernels that fails its self-test replaced by that of the
/// next slower table; the replacements are appended to `warnings`.
KernelTable checked_kernels(const KernelTable& table, std::vector<std::string>& warnings);
/// The table of this name (empty: choose_table's), its families checked: what forward passes use.
/// Nothing when the name is unknown or not runnable here.
std::optional<KernelTable> tested_kernels(std::string_view name,
                                          std::vector<std::string>& warnings);
/// By name; null when unknown or not runnable here.
const KernelTable* find_table(std::string_view name);

}  // namespace decibit
