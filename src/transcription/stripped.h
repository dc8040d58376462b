// SPDX-License-Identifier: Apache-2.0
// Text without the white space at its ends, as Python's str.strip() and \s know white space.
#pragma once

#include <cstddef>
#include <string_view>

namespace decibit::transcription {

/// Bytes of white space that UTF-8 text begins with.
std::size_t leading_space(std::string_view text);

std::string_view stripped(std::string_view text);

}  // namespace decibit::transcription
