// SPDX-License-Identifier: Apache-2.0
// Stages of a forward pass, collected and compared.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "models/styletts2/stages.h"
#include "nn/rows.h"

namespace decibit::testing {

inline std::vector<float> flat(ConstRows rows) {
  std::vector<float> values;
  for (std::int64_t t = 0; t < rows.count; ++t)
    values.insert(values.end(), rows.row(t), rows.row(t) + rows.width);
  return values;
}

/// [channels, rows] to [rows, channels].
inline std::vector<float> transposed(const std::vector<float>& values, std::size_t channels) {
  const std::size_t rows = values.size() / channels;
  std::vector<float> out(values.size());
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t t = 0; t < rows; ++t) out[t * channels + c] = values[c * rows + t];
  return out;
}

/// Errors are relative to the largest value.
inline void expect_close(const std::string& what, const std::vector<float>& got,
                         const std::vector<float>& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size()) << what;
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    largest = std::max(largest, std::abs(double{want[i]}));
    const double e = std::abs(double{got[i]} - want[i]);
    error = std::isnan(e) ? INFINITY : std::max(error, e);
  }
  EXPECT_LE(error, tolerance * largest) << what << ", of " << largest;
}

/// Every stage of a pass by name.
class Stages {
 public:
  void collect(styletts2::Overrides& overrides) {
    overrides.probe = [this](std::string_view stage, ConstRows values) {
      stages_[std::string(stage)] = flat(values);
    };
  }
  const std::vector<float>& operator[](const std::string& name) { return stages_[name]; }

 private:
  std::map<std::string, std::vector<float>> stages_;
};

}  // namespace decibit::testing
