// SPDX-License-Identifier: Apache-2.0
// A forward pass allocates nothing: the second run of every layer calls operator new not once, on
// no thread.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "layer_cases.h"

namespace {
std::atomic<long> allocations{0};

void* allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* const p = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
}  // namespace

void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace decibit {
namespace {

TEST(Allocations, AreNoneInASecondPass) {
  ThreadPool pool(2);
  Workspace workspace;
  // The reference tables use vectors; only tables meant for use are held to it.
  for (const KernelTable* kernels : supported_tables()) {
    if (kernels->name == "reference") continue;
    for (const testing::LayerCase& layer : testing::layer_cases()) {
      std::vector<float> out(static_cast<std::size_t>(layer.rows * layer.width));
      const Rows y = {out.data(), layer.rows, layer.width, layer.width};
      const Context context = {*kernels, pool, workspace, layer.compute};
      layer.run(context, y);
      const std::size_t peak = workspace.peak_bytes();
      const long before = allocations;
      layer.run(context, y);
      EXPECT_EQ(allocations - before, 0) << kernels->name << ": " << layer.name;
      EXPECT_EQ(workspace.peak_bytes(), peak) << kernels->name << ": " << layer.name;
    }
  }
}

}  // namespace
}  // namespace decibit
