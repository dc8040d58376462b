// SPDX-License-Identifier: Apache-2.0
// Symbols as a message shows them.
#pragma once

#include <string>
#include <string_view>

namespace decibit::speech {

/// At most twenty, those that no terminal shows by their number.
std::string symbol_list(std::u32string_view symbols);

}  // namespace decibit::speech
