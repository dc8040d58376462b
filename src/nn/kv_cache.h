// SPDX-License-Identifier: Apache-2.0
// Keys and values of the tokens so far, in F32 or F16: [key head][slot][head_dim] each. A head
// reads all of its tokens in one go, in the order in which memory is fastest. Token j lies in slot
// j % capacity, so that a decoder with a sliding window runs forever in memory of that window.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/dtype.h"
#include "nn/context.h"
#include "nn/rows.h"

namespace decibit {

class KvCache {
 public:
  KvCache() = default;
  /// `dtype`: F32 or F16. Only as tokens come are addresses filled with memory.
  KvCache(std::int64_t capacity, std::int64_t heads, std::int64_t head_dim, DType dtype);

  /// Adds tokens; k and v are [tokens, heads * head_dim], tokens <= capacity. Once more than
  /// `capacity` have been added, the oldest are overwritten.
  void append(const Context& context, ConstRows k, ConstRows v);
  /// Becomes a copy of `other`, a cache of the same sort, the first `common` tokens of which are
  /// this one's too and stay where they are. Neither has overwritten any.
  void follow(const KvCache& other, std::int64_t common);
  /// Forgets all but the first `length` tokens (beam search, speculation, a new prompt). Tokens
  /// that were overwritten do not come back: at most `capacity - window` may be taken back of a
  /// ring.
  void rollback(std::int64_t length);

  std::int64_t length() const { return length_; }  // tokens added, the overwritten ones included
  std::int64_t capacity() const { return capacity_; }
  std::int64_t heads() const { return heads_; }
  std::int64_t head_dim() const { return head_dim_; }
  DType dtype() const { return dtype_; }
  const std::byte* keys() const { return keys_.get(); }
  const std::byte* values() const { return values_.get(); }
  /// From one token of a head to the next, and from one head to the next.
  std::int64_t row_bytes() const { return head_dim_ * size_bytes(dtype_); }
  std::int64_t head_bytes() const { return capacity_ * row_bytes(); }

 private:
  std::int64_t capacity_ = 0, heads_ = 0, head_dim_ = 0, length_ = 0;
  DType dtype_ = DType::kF32;
  std::unique_ptr<std::byte[]> keys_, values_;
};

}  // namespace decibit
