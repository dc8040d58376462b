// SPDX-License-Identifier: Apache-2.0
// Rows of the cache and of q: where they lie, and how they become floats.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention.h"
#include "kernels/simd/lanes.h"

namespace decibit::isa {
namespace {

/// Rows of keys [first, first + count) of k or v; from there to `room`, copies of the last.
inline void find_rows(const AttentionJob& job, const std::uint8_t* base, std::int64_t stride,
                      std::int64_t first, std::int64_t count, std::int64_t room,
                      const std::uint8_t** rows) {
  std::int64_t slot = job.ring > 0 ? first % job.ring : first;
  for (std::int64_t j = 0; j < count; ++j) {
    rows[j] = base + slot * stride;
    if (++slot == job.ring) slot = 0;
  }
  for (std::int64_t j = count; j < room; ++j) rows[j] = rows[count - 1];
}

template <class V, Element e>
struct CacheElements {
  static constexpr std::int64_t kBytes = e == Element::kF16 ? 2 : 4;
  [[gnu::always_inline]] static typename V::F load(const std::uint8_t* row, std::int64_t d) {
    if constexpr (e == Element::kF16) return V::load_f16(row + d * kBytes);
    return V::load_f32(row + d * kBytes);
  }
  /// The first `count` elements; other lanes are zero.
  static typename V::F load_first(const std::uint8_t* row, std::int64_t d, std::int64_t count) {
    if (count >= V::kLanes) return load(row, d);
    alignas(64) std::uint8_t bytes[V::kLanes * kBytes] = {};
    __builtin_memcpy(bytes, row + d * kBytes, static_cast<std::size_t>(count * kBytes));
    return load(bytes, 0);
  }
};

/// Calls visit with the elements of the job's cache.
template <class V, class Visit>
auto visit_cache(Element cache, Visit visit) {
  if (cache == Element::kF16) return visit(CacheElements<V, Element::kF16>{});
  return visit(CacheElements<V, Element::kF32>{});
}

/// q[i] for scores in units of ln 2, with zeros to `width`.
template <class V>
void load_query(const AttentionJob& job, std::int64_t i, float* out, std::int64_t width) {
  const auto factor = V::set(static_cast<float>(double{job.scale} * 1.44269504088896340736));
  const float* const q = query_row(job, i);
  for (std::int64_t d = 0; d < width; d += V::kLanes)
    store_some<V>(out + d, V::mul(load_some<V>(q + d, max_of(job.head_dim - d, 0)), factor),
                  width - d);
}

/// Takes pieces of scratch, each from a multiple of 64 bytes; of none (null), to know the size.
class ScratchPieces {
 public:
  explicit ScratchPieces(void* scratch) : at_(static_cast<std::uint8_t*>(scratch)) {}
  float* floats(std::int64_t count) {
    float* const piece = at_ == nullptr ? nullptr : reinterpret_cast<float*>(at_ + size_);
    size_ += static_cast<std::size_t>(round_up(count * std::int64_t{sizeof(float)}, 64));
    return piece;
  }
  std::size_t size() const { return size_; }

 private:
  std::uint8_t* at_;
  std::size_t size_ = 0;
};

}  // namespace
}  // namespace decibit::isa
