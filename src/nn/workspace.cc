// SPDX-License-Identifier: Apache-2.0
// Reserved addresses have no access rights and so count against no limit on memory; mprotect turns
// them into memory, 4 MiB at a time.
#include "nn/workspace.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

namespace decibit {
namespace {

constexpr std::size_t kStep = std::size_t{4} << 20;
constexpr std::size_t kAlignment = 64;

std::size_t round_up(std::size_t n, std::size_t step) { return (n + step - 1) / step * step; }

}  // namespace

Workspace::Workspace(std::size_t limit_bytes) {
  for (reserved_ = round_up(std::max<std::size_t>(limit_bytes, 1), kStep); reserved_ >= kStep;
       reserved_ = round_up(reserved_ / 2, kStep)) {
    void* const p =
        ::mmap(nullptr, reserved_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p != MAP_FAILED) {
      base_ = static_cast<std::byte*>(p);
      return;
    }
    if (reserved_ == kStep) break;
  }
  throw std::bad_alloc();
}

Workspace::~Workspace() { ::munmap(base_, reserved_); }

std::span<std::byte> Workspace::bytes(std::size_t size) {
  if (size > reserved_ - top_) throw std::bad_alloc();
  const std::size_t top = std::min(round_up(top_ + size, kAlignment), reserved_);
  if (top > usable_) {
    const std::size_t usable = round_up(top, kStep);
    if (::mprotect(base_ + usable_, usable - usable_, PROT_READ | PROT_WRITE) != 0)
      throw std::bad_alloc();
    // Large pages spare the passes over activations some misses; where the system has none, none.
    ::madvise(base_ + usable_, usable - usable_, MADV_HUGEPAGE);
    usable_ = usable;
  }
  const std::span<std::byte> taken(base_ + top_, size);
  top_ = top;
  return taken;
}

}  // namespace decibit
