// SPDX-License-Identifier: Apache-2.0
// Memory for the activations of a forward pass: a stack that allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "nn/rows.h"

namespace decibit {

/// Addresses are reserved once, for more than any pass needs; pages come into being when they are
/// first used, and stay. So nothing has to be planned before a length is known (Kokoro learns it in
/// the middle of a pass), a second pass of the same length makes no system call, and the memory
/// used is that of the deepest point of the longest pass. One workspace serves one pass at a time.
class Workspace {
 public:
  /// Fewer bytes where the system does not let so many addresses be reserved (ulimit -v). Throws
  /// std::bad_alloc when not even a small part is to be had.
  explicit Workspace(std::size_t limit_bytes = std::size_t{1} << 36);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// Uninitialised and 64-byte aligned, until the frame in which they were made ends. Throws
  /// std::bad_alloc when memory or the limit is exhausted.
  std::span<std::byte> bytes(std::size_t size);
  template <class T>
  std::span<T> array(std::int64_t n) {
    const auto size = static_cast<std::size_t>(n);
    return {reinterpret_cast<T*>(bytes(size * sizeof(T)).data()), size};
  }
  Rows rows(std::int64_t count, std::int64_t width) {
    return {array<float>(count * width).data(), count, width, width};
  }

  /// Everything taken after it was made is given back when it ends.
  class Frame {
   public:
    explicit Frame(Workspace& workspace) : workspace_(workspace), top_(workspace.top_) {}
    ~Frame() { workspace_.top_ = top_; }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

   private:
    Workspace& workspace_;
    std::size_t top_;
  };

  std::size_t peak_bytes() const { return usable_; }

 private:
  std::byte* base_ = nullptr;
  std::size_t reserved_ = 0;
  std::size_t usable_ = 0;  // bytes from base_ on that may be written
  std::size_t top_ = 0;
};

}  // namespace decibit
