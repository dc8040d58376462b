// SPDX-License-Identifier: Apache-2.0
// Every layer on random weights, beside its definition in double.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nn/context.h"
#include "nn/rows.h"

namespace decibit::testing {

struct LayerCase {
  std::string name;
  std::int64_t rows, width;  // of the output
  std::function<void(const Context&, Rows)> run;
  std::vector<double> expected;
  double tolerance = 2e-5;  // of the largest |expected|; 8-bit activations are given more
  Compute compute = Compute::kExact;
};

std::vector<LayerCase> layer_cases();

}  // namespace decibit::testing
