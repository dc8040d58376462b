// SPDX-License-Identifier: Apache-2.0
// The names that `decibit speak --compute` takes.
#pragma once

#include <string>

#include "core/result.h"
#include "nn/context.h"

namespace decibit {

inline Result<Compute> compute_named(const std::string& name) {
  if (name == "exact") return Compute::kExact;
  if (name == "auto") return Compute::kAuto;
  if (name == "fast") return Compute::kFast;
  return fail(ErrorCode::kUsage, name + ": expected exact, auto or fast");
}

}  // namespace decibit
