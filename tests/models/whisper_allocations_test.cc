// SPDX-License-Identifier: Apache-2.0
// Decoding allocates nothing once a window has been decoded: whole windows afterwards call operator
// new not once, on no thread, and the workspace does not grow.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "models/whisper/network.h"
#include "tiny_whisper.h"

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
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace decibit {
namespace {

TEST(WhisperAllocations, AreNoneInASecondWindow) {
  const Scheme scheme = Scheme::make(Mode::kAffine, 4, 64).value();
  const testing::TinyWhisper dense, quantized(scheme);
  const std::vector<float> mel = testing::TinyWhisper::mel();
  const std::vector<whisper::Token> prompt = {5, 9, 17, 200, 3};
  const std::vector<std::size_t> wanted = {0, 4}, self = {0}, split = {0, 0, 0}, swap = {2, 0, 0};
  // The reference tables use vectors; only tables meant for use are held to it.
  for (const KernelTable* table : supported_tables()) {
    if (table->name == "reference") continue;
    for (const auto* tiny : {&dense, &quantized}) {
      Reporter silent;
      const auto engine = Engine::make({2, std::string(table->name)}, silent).value();
      whisper::Network network(tiny->model(), *engine, Compute::kAuto);
      const auto window = [&] {
        network.listen({mel.data(), 100, 80, 80});
        network.start(prompt, wanted);
        network.step(self, std::array{7});
        network.step(split, std::array{1, 2, 3});
        network.step(swap, std::array{4, 5, 6});
      };
      window();
      const std::size_t peak = network.workspace_bytes();
      const long before = allocations;
      window();
      EXPECT_EQ(allocations - before, 0) << table->name;
      EXPECT_EQ(network.workspace_bytes(), peak) << table->name;
    }
  }
}

}  // namespace
}  // namespace decibit
