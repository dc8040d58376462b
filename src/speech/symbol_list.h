// SPDX-License-Identifier: Apache-2.0
// Symbols for messages and reports.
#pragma once

#include <string>
#include <string_view>

namespace decibit::speech {

/// At most twenty, those that no terminal shows by their number.
std::string symbol_list(std::u32string_view symbols);

/// Adds those of `symbols` that `to` does not have.
void add_each_once(std::u32string_view symbols, std::u32string& to);

}  // namespace decibit::speech
