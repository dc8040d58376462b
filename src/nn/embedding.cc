// SPDX-License-Identifier: Apache-2.0
#include "nn/embedding.h"

#include <fmt/format.h>

#include "core/check.h"
#include "kernels/element_of.h"
#include "nn/split.h"

namespace decibit {

Embedding Embedding::bind(WeightBinder& binder, std::string_view path, std::int64_t count,
                          std::int64_t width) {
  return Embedding(binder.matrix(fmt::format("{}.weight", path), count, width));
}

void Embedding::forward(const Context& context, std::span<const std::int32_t> ids, Rows y) const {
  const isa::Weights& w = table_.view();
  DECIBIT_CHECK(static_cast<std::int64_t>(ids.size()) == y.count && y.width == w.k);
  const auto row = [&](std::int64_t i) {
    const std::int64_t id = ids[static_cast<std::size_t>(i)];
    DECIBIT_CHECK(id >= 0 && id < w.n);
    const std::uint8_t* const data = w.data + id * w.row_bytes;
    if (w.dense()) {
      context.kernels.pointwise->widen(element_of(table_.dtype()), data,
                                       static_cast<std::size_t>(w.k), y.row(i));
      return;
    }
    const auto bytes = [](const std::uint8_t* p) { return reinterpret_cast<const std::byte*>(p); };
    const std::uint8_t* const scales = w.scales + id * w.scale_row_bytes;
    const std::uint8_t* const biases =
        w.biases == nullptr ? nullptr : w.biases + id * w.scale_row_bytes;
    context.kernels.dequantize_row(*table_.scheme(), table_.dtype(), w.k, bytes(data),
                                   bytes(scales), bytes(biases), DType::kF32,
                                   reinterpret_cast<std::byte*>(y.row(i)));
  };
  for_parts(context, y.count, rows_per_part(y.width), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) row(i);
  });
}

}  // namespace decibit
