// SPDX-License-Identifier: Apache-2.0
#include "bench/row.h"

#include <fmt/format.h>

#include "core/check.h"

namespace decibit::bench {

std::string_view name(Kernel kernel) {
  switch (kernel) {
    case Kernel::kMatvec:
      return "matvec";
    case Kernel::kGemm:
      return "gemm";
    case Kernel::kIntGemm:
      return "int_gemm";
    case Kernel::kConv:
      return "conv";
    case Kernel::kToomCook:
      return "toom_cook";
    case Kernel::kLstm:
      return "lstm";
    case Kernel::kAttention:
      return "attention";
  }
  DECIBIT_CHECK(false);
}

std::string_view name(Compute compute) {
  switch (compute) {
    case Compute::kExact:
      return "exact";
    case Compute::kInt16:
      return "int16";
    case Compute::kInt8:
      return "int8";
  }
  DECIBIT_CHECK(false);
}

std::string name(const Format& format) {
  if (format.scheme) return to_string(*format.scheme);
  std::string text(decibit::name(format.dtype));
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string name(const Row& row) {
  std::string text = fmt::format("{}/{}/{}/m{}/n{}/k{}", name(row.kernel), name(row.format),
                                 name(row.compute), row.m, row.n, row.k);
  if (row.kernel == Kernel::kConv || row.kernel == Kernel::kToomCook)
    text += fmt::format("/taps{}/dilation{}", row.taps, row.dilation);
  return text;
}

}  // namespace decibit::bench
