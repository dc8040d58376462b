// SPDX-License-Identifier: Apache-2.0
// The schema of a model we have no table for, built from the tensors that are there.
#pragma once

#include "models/schema.h"

namespace decibit {

/// Every tensor of `source` under its own name, none transposed. A 2-D X.weight with K % 64 == 0 is
/// quantizable, as mlx-audio's rule for a Linear. The config is not looked at. Never fails.
Result<Schema> generic_schema(const Json& config, const SourceView& source);

}  // namespace decibit
