// SPDX-License-Identifier: Apache-2.0
// Text without the white space at its ends, as Python's str.strip() knows white space.
#pragma once

#include <string_view>

namespace decibit::text {

/// `utf8` is valid.
[[nodiscard]] std::string_view strip(std::string_view utf8);

}  // namespace decibit::text
