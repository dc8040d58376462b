// SPDX-License-Identifier: Apache-2.0
// Two folders (or files) of weights, tensor by tensor: what a conversion changed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/reporter.h"
#include "core/result.h"
#include "core/shape.h"

namespace decibit {

struct DiffOptions {
  std::filesystem::path a, b;  // a is the reference of all errors
  unsigned threads = 0;        // 0: all cores of this process
};

/// One weight that both sides have.
struct TensorDiff {
  std::string name;
  Shape shape_a, shape_b;
  std::string method_a, method_b;  // "BF16", "affine 4:64"
  bool equal_bits = false;         // stored alike, to the bit
  bool comparable = false;         // shapes agree, and both sides are numbers
  double max_difference = 0;       // of comparable ones: max |a - b|,
  double rms_difference = 0;       // sqrt(mean (a - b)^2),
  double signal = 0, noise = 0;    // sum a^2, sum (a - b)^2
  std::int64_t nonfinite = 0;      // places with NaN or infinity on a side, and other bits on both

  /// 10 log10(signal / noise); infinity without noise.
  double sqnr_db() const;
};

struct Diff {
  std::string model_type;           // empty: matched by the names in the files
  std::vector<TensorDiff> tensors;  // by name
  std::vector<std::string> only_a, only_b;
  std::uint64_t bytes_a = 0, bytes_b = 0;
  double signal = 0, noise = 0;  // over all comparable tensors

  std::int64_t equal_count() const;  // tensors with equal bits
  /// Nothing differs and nothing is on one side only.
  bool identical() const;
  double sqnr_db() const;
};

/// When both sides are the same known model, tensors are matched by the model's own names and
/// compared in its own layout, so that a checkpoint can be compared with what was made of it.
/// Otherwise names and shapes must agree as they are. Quantized weights are compared as MLX
/// dequantizes them. Memory: a few blocks of rows for each thread. kNotFound, kBadInput,
/// kInterrupted.
Result<Diff> diff(const DiffOptions& options, Reporter& reporter);

}  // namespace decibit
