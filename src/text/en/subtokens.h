// SPDX-License-Identifier: Apache-2.0
// Cutting a run of non-space characters where its kind changes: misaki's regular expression,
// written out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace decibit::text::en {

/// "iPhone-15's": i, Phone, -, 15, ', s. Every character lands in one part.
[[nodiscard]] std::vector<std::u32string> subtokens(std::u32string_view run);

}  // namespace decibit::text::en
