// SPDX-License-Identifier: Apache-2.0
// Counts what a program allocates, on every thread, by replacing operator new. One source of a
// program includes it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace decibit::testing {

inline std::atomic<long> allocations{0};

/// Null when there is no memory.
inline void* counted_allocation(std::size_t size, std::size_t alignment) {
  ++allocations;
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

inline void* counted_allocation_or_throw(std::size_t size, std::size_t alignment) {
  void* const p = counted_allocation(size, alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace decibit::testing

// The language lets none of these be inline. A sanitizer's own forms would not fit these deletes,
// so those that are called are not left to it.
void* operator new(std::size_t size) {
  return decibit::testing::counted_allocation_or_throw(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return decibit::testing::counted_allocation_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return decibit::testing::counted_allocation(size, alignof(std::max_align_t));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
