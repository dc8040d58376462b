// SPDX-License-Identifier: Apache-2.0
// From the flags of `decibit convert` to a ConvertOptions, with every value checked before any
// work.
#pragma once

#include "cli/values.h"
#include "convert/convert.h"
#include "core/reporter.h"
#include "core/result.h"

namespace decibit::cli {

/// Flags that have no meaning without -q are warned of and left out, as mlx-audio ignores them;
/// under --strict that is kStrict. Other errors: kUsage, kNotFound.
Result<ConvertOptions> convert_options(const Values& values, Reporter& reporter);

}  // namespace decibit::cli
