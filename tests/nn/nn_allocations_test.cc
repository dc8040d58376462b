// SPDX-License-Identifier: Apache-2.0
// A forward pass allocates nothing: the second run of every layer calls operator new not once, on
// no thread.
#include <gtest/gtest.h>

#include "counted_new.h"
#include "layer_cases.h"

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
      const long before = testing::allocations;
      layer.run(context, y);
      EXPECT_EQ(testing::allocations - before, 0) << kernels->name << ": " << layer.name;
      EXPECT_EQ(workspace.peak_bytes(), peak) << kernels->name << ": " << layer.name;
    }
  }
}

}  // namespace
}  // namespace decibit
