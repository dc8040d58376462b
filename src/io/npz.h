// SPDX-License-Identifier: Apache-2.0
// NumPy archives: a zip whose members are .npy files (numpy/lib/format.py, versions 1 to 3).
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/result.h"
#include "io/tensor.h"

namespace decibit {

/// The arrays of an archive, sorted by name, without ".npy". Element types: those of DType that
/// NumPy has, and V2, which is how bfloat16 arrays are saved. Fortran order becomes strides.
/// kBadInput for big-endian, object, string and structured arrays, and for members that are no
/// arrays. Arrays in deflated members are read fastest from front to back.
Result<std::vector<Tensor>> open_npz(const std::filesystem::path& path);
Result<std::vector<Tensor>> read_npz(std::shared_ptr<const ByteSource> source);

}  // namespace decibit
