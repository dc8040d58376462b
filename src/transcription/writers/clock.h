// SPDX-License-Identifier: Apache-2.0
// Times of transcripts, counted in whole milliseconds so that 59.9996 s is 01:00.000 and never
// 00:60.000.
#pragma once

#include <cstdint>
#include <string>

namespace decibit::transcription {

/// Ties to even, as Python rounds. Never below 0.
std::int64_t to_milliseconds(double seconds);

/// "01:02.345", and with hours when there are any or `always_hours`: "00:01:02.345".
std::string clock_text(double seconds, bool always_hours, char before_milliseconds);

}  // namespace decibit::transcription
