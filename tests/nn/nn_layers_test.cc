// SPDX-License-Identifier: Apache-2.0
// Every layer with every table: equal to its definition in double, and the same bits for any number
// of threads.
#include <gtest/gtest.h>

#include <cmath>

#include "layer_cases.h"

namespace decibit {
namespace {
using testing::LayerCase;

std::vector<float> run(const LayerCase& layer, const KernelTable& kernels, ThreadPool& pool,
                       Workspace& workspace) {
  std::vector<float> y(static_cast<std::size_t>(layer.rows * layer.width), NAN);
  layer.run({kernels, pool, workspace, layer.compute},
            {y.data(), layer.rows, layer.width, layer.width});
  return y;
}

class Layers : public ::testing::TestWithParam<const KernelTable*> {};

TEST_P(Layers, EqualTheirDefinitionsWithAnyNumberOfThreads) {
  Workspace workspace;
  ThreadPool one(1), two(2), five(5);
  for (const LayerCase& layer : testing::layer_cases()) {
    SCOPED_TRACE(layer.name);
    const std::vector<float> y = run(layer, *GetParam(), one, workspace);
    ASSERT_EQ(y.size(), layer.expected.size());
    double largest = 0, error = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      largest = std::max(largest, std::abs(layer.expected[i]));
      const double e = std::abs(double{y[i]} - layer.expected[i]);
      error = std::isnan(e) ? INFINITY : std::max(error, e);
    }
    EXPECT_LE(error, layer.tolerance * largest);
    EXPECT_EQ(y, run(layer, *GetParam(), two, workspace));
    EXPECT_EQ(y, run(layer, *GetParam(), five, workspace));
  }
}

INSTANTIATE_TEST_SUITE_P(, Layers, ::testing::ValuesIn(supported_tables()),
                         [](const auto& p) { return std::string(p.param->name); });

}  // namespace
}  // namespace decibit
