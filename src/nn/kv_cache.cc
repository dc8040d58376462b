// SPDX-License-Identifier: Apache-2.0
#include "nn/kv_cache.h"

#include <cstring>

#include "core/check.h"
#include "kernels/element_of.h"
#include "nn/split.h"

namespace decibit {

KvCache::KvCache(std::int64_t capacity, std::int64_t width, DType dtype)
    : capacity_(capacity), width_(width), dtype_(dtype) {
  DECIBIT_CHECK(dtype == DType::kF32 || dtype == DType::kF16);
  // Not cleared: pages that no token reaches never become memory.
  const auto bytes = static_cast<std::size_t>(capacity * row_bytes());
  keys_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
  values_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
}

void KvCache::append(const Context& context, ConstRows k, ConstRows v) {
  DECIBIT_CHECK(k.width == width_ && v.width == width_ && k.count == v.count &&
                k.count <= capacity_);
  const auto store = [&](const float* row, std::byte* to) {
    context.kernels.pointwise->narrow(row, static_cast<std::size_t>(width_), element_of(dtype_),
                                      plain_bytes(to));
  };
  for_parts(context, k.count, rows_per_part(width_), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t at = (length_ + i) % capacity_ * row_bytes();
      store(k.row(i), keys_.get() + at);
      store(v.row(i), values_.get() + at);
    }
  });
  length_ += k.count;
}

void KvCache::follow(const KvCache& other, std::int64_t common) {
  DECIBIT_CHECK(other.width_ == width_ && other.dtype_ == dtype_ && other.length_ <= capacity_ &&
                other.length_ <= other.capacity_ && common >= 0 && common <= length_ &&
                common <= other.length_ && length_ <= capacity_);
  const std::int64_t at = common * row_bytes();
  const auto bytes = static_cast<std::size_t>((other.length_ - common) * row_bytes());
  std::memcpy(keys_.get() + at, other.keys_.get() + at, bytes);
  std::memcpy(values_.get() + at, other.values_.get() + at, bytes);
  length_ = other.length_;
}

void KvCache::rollback(std::int64_t length) {
  DECIBIT_CHECK(length >= 0 && length <= length_);
  length_ = length;
}

}  // namespace decibit
