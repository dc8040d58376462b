// SPDX-License-Identifier: Apache-2.0
// Nested dicts and lists of a PyTorch pickle as one flat list of named tensors; torch_file.h has
// the rules of the names.
#pragma once

#include <vector>

#include "core/result.h"
#include "io/pickle.h"
#include "io/torch_tensor.h"

namespace decibit {

/// Sorted by name. Limits: 64 levels, 1 million values, 4096 bytes of a name.
Result<std::vector<Tensor>> collect_torch_tensors(const Pickle& pickle,
                                                  const StorageFinder& storages);

}  // namespace decibit
