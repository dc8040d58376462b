// SPDX-License-Identifier: Apache-2.0
// Decoding allocates nothing once a window has been decoded: whole windows afterwards call operator
// new not once, on no thread, and the workspace does not grow.
#include <gtest/gtest.h>

#include "counted_new.h"
#include "models/whisper/network.h"
#include "tiny_whisper.h"

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
      const long before = testing::allocations;
      window();
      EXPECT_EQ(testing::allocations - before, 0) << table->name;
      EXPECT_EQ(network.workspace_bytes(), peak) << table->name;
    }
  }
}

}  // namespace
}  // namespace decibit
