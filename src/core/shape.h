// SPDX-License-Identifier: Apache-2.0
// Shapes: dimensions, outermost first; data are row-major. A scalar has no dimension.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/dtype.h"

namespace decibit {

using Shape = std::vector<std::int64_t>;

/// The product of the dimensions; nothing when one is negative or the product passes 2^62.
std::optional<std::int64_t> num_elements(const Shape& shape);
/// Bytes of a dense tensor; nothing on overflow, or when a packed type does not fill whole bytes.
std::optional<std::int64_t> size_bytes(const Shape& shape, DType dtype);
/// "[512, 128]"
std::string to_string(const Shape& shape);

}  // namespace decibit
