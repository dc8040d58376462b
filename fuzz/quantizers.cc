// SPDX-License-Identifier: Apache-2.0
// Differential: every table that this CPU runs must give the bytes of the scalar rule, for any
// finite weights. Input: a byte each for scheme, type, profile and scale rule, then the row.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/kernel_table.h"
#include "quant/element.h"

namespace {

using decibit::DType;
using decibit::KernelTable;
using decibit::Scheme;

struct Row {
  std::vector<std::byte> codes, scales, biases, values;
  std::int64_t zeroed_groups = 0;
  bool operator==(const Row& o) const {
    return codes == o.codes && scales == o.scales && biases == o.biases && values == o.values &&
           zeroed_groups == o.zeroed_groups;
  }
};

struct Input {
  Scheme scheme;
  DType dtype;
  decibit::Profile profile;
  decibit::ScaleRule rule;
  std::vector<std::byte> weights;
  std::int64_t k;
};

// NaN has no meaning that tables could agree on in F32, so values are compared where there is none.
void clear_nan(DType dtype, std::vector<std::byte>& values) {
  const std::size_t n = values.size() / static_cast<std::size_t>(decibit::size_bytes(dtype));
  for (std::size_t i = 0; i < n; ++i)
    if (std::isnan(decibit::load_element(dtype, values.data(), i)))
      decibit::store_element(dtype, 0, values.data(), i);
}

Row run(const KernelTable& table, const Input& in) {
  const bool f16_first = in.rule == decibit::ScaleRule::kF16First;
  const DType scale_dtype = f16_first ? DType::kF16 : in.dtype;
  const auto scale_bytes = static_cast<std::size_t>(
      in.scheme.groups_per_row(in.k) * decibit::size_bytes(in.scheme.scale_dtype(scale_dtype)));
  Row row;
  row.codes.resize(static_cast<std::size_t>(4 * in.scheme.words_per_row(in.k)));
  row.scales.resize(scale_bytes);
  row.biases.resize(in.scheme.has_biases() ? scale_bytes : 0);
  row.values.resize(in.weights.size());
  row.zeroed_groups =
      table
          .quantize_row({in.scheme, in.profile, in.rule, in.dtype, in.k, in.weights.data(),
                         row.codes.data(), row.scales.data(), row.biases.data()})
          .zeroed_groups;
  table.dequantize_row(in.scheme, scale_dtype, in.k, row.codes.data(), row.scales.data(),
                       row.biases.data(), in.dtype, row.values.data());
  clear_nan(in.dtype, row.values);
  return row;
}

Input parse(const std::uint8_t* data, std::size_t size) {
  constexpr DType kTypes[] = {DType::kF32, DType::kF16, DType::kBF16};
  const auto& schemes = decibit::all_schemes();
  const Scheme scheme = schemes[data[0] % schemes.size()];
  Input in{scheme,
           kTypes[data[1] % 3],
           static_cast<decibit::Profile>(data[2] % 3),
           scheme.has_biases() && data[3] % 2 != 0 ? decibit::ScaleRule::kF16First
                                                   : decibit::ScaleRule::kMlx,
           {},
           0};
  const auto element = static_cast<std::size_t>(decibit::size_bytes(in.dtype));
  const auto group = static_cast<std::size_t>(scheme.group_size());
  const std::size_t k = (size - 4) / element / group * group;
  in.k = static_cast<std::int64_t>(k);
  in.weights.resize(k * element);
  if (k > 0) std::memcpy(in.weights.data(), data + 4, in.weights.size());
  return in;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const Input in = parse(data, size);
  const auto tables = decibit::supported_tables();
  const std::size_t finite =
      tables.front()->first_nonfinite(in.dtype, in.weights.data(), static_cast<std::size_t>(in.k));
  for (const KernelTable* table : tables)
    if (table->first_nonfinite(in.dtype, in.weights.data(), static_cast<std::size_t>(in.k)) !=
        finite)
      std::abort();
  if (in.k == 0 || finite != static_cast<std::size_t>(in.k))
    return 0;  // quantizers take finite ones
  const Row want = run(*tables.front(), in);
  for (const KernelTable* table : tables)
    if (!(run(*table, in) == want)) std::abort();
  return 0;
}
