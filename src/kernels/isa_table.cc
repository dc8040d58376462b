// SPDX-License-Identifier: Apache-2.0
// Translates the types of the project into the plain ones of isa.h, and sends to the reference what
// the vector kernels leave out: CUDA's nvfp4, whose groups of scale zero hold infinities.
#include "kernels/isa_table.h"

#include <bit>

#include "core/check.h"
#include "kernels/element_of.h"
#include "kernels/isa.h"
#include "kernels/reference/reference.h"

namespace decibit {
namespace isa {

extern const Functions kAvx2;
extern const Functions kAvx512;

extern const Matvec kAvx2Matvec;
extern const Gemm kAvx2Gemm;
extern const IntGemm kAvx2IntGemm;
extern const ToomCook kAvx2ToomCook;
extern const Attention kAvx2Attention;
extern const Lstm kAvx2Lstm;
extern const Pointwise kAvx2Pointwise;
extern const Limits kAvx2Limits;
extern const Matvec kAvx512Matvec;
extern const Gemm kAvx512Gemm;
extern const IntGemm kAvx512IntGemm;
extern const ToomCook kAvx512ToomCook;
extern const Attention kAvx512Attention;
extern const Lstm kAvx512Lstm;
extern const Pointwise kAvx512Pointwise;
extern const Limits kAvx512Limits;

}  // namespace isa

namespace {

isa::Codes codes_of(Mode mode) {
  switch (mode) {
    case Mode::kAffine:
      return isa::Codes::kAffine;
    case Mode::kMxfp4:
      return isa::Codes::kMxfp4;
    case Mode::kMxfp8:
      return isa::Codes::kMxfp8;
    case Mode::kNvfp4:
      return isa::Codes::kNvfp4;
  }
  DECIBIT_CHECK(false);
}

int group_shift(const Scheme& scheme) {
  return std::countr_zero(static_cast<unsigned>(scheme.group_size()));
}

template <const isa::Functions& kFunctions>
QuantError quantize_row(const RowJob& job) {
  if (job.profile == Profile::kCuda && job.scheme.mode() == Mode::kNvfp4)
    return kReferenceTable.quantize_row(job);
  const bool f16_first = job.rule == ScaleRule::kF16First;
  DECIBIT_CHECK(job.scheme.fits(job.k) && is_mlx_float(job.dtype));
  DECIBIT_CHECK(!f16_first || job.scheme.mode() == Mode::kAffine);
  const isa::Sums sums = kFunctions.quantize_row({
      codes_of(job.scheme.mode()),
      job.scheme.bits(),
      group_shift(job.scheme),
      job.profile != Profile::kCpu && !f16_first,
      f16_first,
      element_of(job.dtype),
      f16_first ? isa::Element::kF16 : element_of(job.dtype),
      job.k,
      plain_bytes(job.weights),
      plain_bytes(job.codes),
      plain_bytes(job.scales),
      plain_bytes(job.biases),
  });
  return {sums.signal, sums.noise, job.scheme.groups_per_row(job.k), sums.zeroed_groups};
}

template <const isa::Functions& kFunctions>
void dequantize_row(const Scheme& scheme, DType scale_dtype, std::int64_t k, const std::byte* codes,
                    const std::byte* scales, const std::byte* biases, DType out_dtype,
                    std::byte* out) {
  DECIBIT_CHECK(scheme.fits(k) && is_mlx_float(out_dtype));
  DECIBIT_CHECK(!scheme.has_biases() || is_mlx_float(scale_dtype));
  kFunctions.dequantize_row({codes_of(scheme.mode()), scheme.bits(), group_shift(scheme),
                             scheme.has_biases() ? element_of(scale_dtype) : isa::Element::kF32,
                             element_of(out_dtype), k, plain_bytes(codes), plain_bytes(scales),
                             plain_bytes(biases), plain_bytes(out)});
}

template <const isa::Functions& kFunctions>
void cast(DType from, const std::byte* in, DType to, std::byte* out, std::size_t n) {
  kFunctions.cast(element_of(from), plain_bytes(in), element_of(to), plain_bytes(out), n);
}

template <const isa::Functions& kFunctions>
std::size_t first_nonfinite(DType dtype, const std::byte* in, std::size_t n) {
  return kFunctions.first_nonfinite(element_of(dtype), plain_bytes(in), n);
}

template <const isa::Functions& kFunctions>
constexpr KernelTable table(std::string_view name, const isa::Matvec& matvec, const isa::Gemm& gemm,
                            const isa::IntGemm& int_gemm, const isa::ToomCook& toom_cook,
                            const isa::Attention& attention, const isa::Lstm& lstm,
                            const isa::Pointwise& pointwise, const isa::Limits& limits) {
  return {name,
          quantize_row<kFunctions>,
          dequantize_row<kFunctions>,
          cast<kFunctions>,
          first_nonfinite<kFunctions>,
          &matvec,
          &gemm,
          &int_gemm,
          &toom_cook,
          &attention,
          &lstm,
          &pointwise,
          &limits};
}

}  // namespace

const KernelTable kAvx2Table = table<isa::kAvx2>(
    "avx2", isa::kAvx2Matvec, isa::kAvx2Gemm, isa::kAvx2IntGemm, isa::kAvx2ToomCook,
    isa::kAvx2Attention, isa::kAvx2Lstm, isa::kAvx2Pointwise, isa::kAvx2Limits);
const KernelTable kAvx512Table = table<isa::kAvx512>(
    "avx512", isa::kAvx512Matvec, isa::kAvx512Gemm, isa::kAvx512IntGemm, isa::kAvx512ToomCook,
    isa::kAvx512Attention, isa::kAvx512Lstm, isa::kAvx512Pointwise, isa::kAvx512Limits);

}  // namespace decibit
