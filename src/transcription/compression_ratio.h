// SPDX-License-Identifier: Apache-2.0
// How repetitive a text is.
#pragma once

#include <string_view>

namespace decibit::transcription {

/// Bytes of the text over bytes of what zlib makes of it at its default level; 0 of nothing.
double compression_ratio(std::string_view text);

}  // namespace decibit::transcription
