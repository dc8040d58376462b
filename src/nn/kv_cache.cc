// SPDX-License-Identifier: Apache-2.0
#include "nn/kv_cache.h"

#include <cstring>

#include "core/check.h"
#include "kernels/element_of.h"
#include "nn/split.h"

namespace decibit {

KvCache::KvCache(std::int64_t capacity, std::int64_t heads, std::int64_t head_dim, DType dtype)
    : capacity_(capacity), heads_(heads), head_dim_(head_dim), dtype_(dtype) {
  DECIBIT_CHECK(dtype == DType::kF32 || dtype == DType::kF16);
  // Not cleared: pages that no token reaches never become memory.
  const auto bytes = static_cast<std::size_t>(heads * head_bytes());
  keys_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
  values_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
}

void KvCache::append(const Context& context, ConstRows k, ConstRows v) {
  DECIBIT_CHECK(k.width == heads_ * head_dim_ && v.width == k.width && k.count == v.count &&
                k.count <= capacity_);
  const auto store = [&](const float* row, std::byte* to) {
    for (std::int64_t head = 0; head < heads_; ++head)
      context.kernels.pointwise->narrow(row + head * head_dim_, static_cast<std::size_t>(head_dim_),
                                        element_of(dtype_), plain_bytes(to + head * head_bytes()));
  };
  for_parts(context, k.count, rows_per_part(k.width), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t at = (length_ + i) % capacity_ * row_bytes();
      store(k.row(i), keys_.get() + at);
      store(v.row(i), values_.get() + at);
    }
  });
  length_ += k.count;
}

void KvCache::follow(const KvCache& other, std::int64_t common) {
  DECIBIT_CHECK(other.heads_ == heads_ && other.head_dim_ == head_dim_ && other.dtype_ == dtype_ &&
                other.length_ <= capacity_ && other.length_ <= other.capacity_ && common >= 0 &&
                common <= length_ && common <= other.length_ && length_ <= capacity_);
  const auto bytes = static_cast<std::size_t>((other.length_ - common) * row_bytes());
  for (std::int64_t head = 0; head < heads_; ++head) {
    const std::int64_t skipped = common * row_bytes(), to = head * head_bytes() + skipped;
    const std::int64_t from = head * other.head_bytes() + skipped;
    std::memcpy(keys_.get() + to, other.keys_.get() + from, bytes);
    std::memcpy(values_.get() + to, other.values_.get() + from, bytes);
  }
  length_ = other.length_;
}

void KvCache::rollback(std::int64_t length) {
  DECIBIT_CHECK(length >= 0 && length <= length_);
  length_ = length;
}

}  // namespace decibit
