// SPDX-License-Identifier: Apache-2.0
#include "nn/kv_cache.h"

#include "core/check.h"
#include "kernels/element_of.h"

namespace decibit {

KvCache::KvCache(std::int64_t capacity, std::int64_t width, DType dtype)
    : capacity_(capacity), width_(width), dtype_(dtype) {
  DECIBIT_CHECK(dtype == DType::kF32 || dtype == DType::kF16);
  keys_.resize(static_cast<std::size_t>(capacity * row_bytes()));
  values_.resize(keys_.size());
}

void KvCache::append(const Context& context, ConstRows k, ConstRows v) {
  DECIBIT_CHECK(k.width == width_ && v.width == width_ && k.count == v.count &&
                k.count <= capacity_);
  const auto store = [&](const float* row, std::byte* to) {
    context.kernels.pointwise->narrow(row, static_cast<std::size_t>(width_), element_of(dtype_),
                                      plain_bytes(to));
  };
  for (std::int64_t i = 0; i < k.count; ++i, ++length_) {
    const std::int64_t at = length_ % capacity_ * row_bytes();
    store(k.row(i), keys_.data() + at);
    store(v.row(i), values_.data() + at);
  }
}

void KvCache::rollback(std::int64_t length) {
  DECIBIT_CHECK(length >= 0 && length <= length_);
  length_ = length;
}

}  // namespace decibit
