// SPDX-License-Identifier: Apache-2.0
// Dynamic time warping: the cheapest way from the first to the last cell of a matrix that steps by
// one row, one column or both.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/rows.h"

namespace decibit::transcription {

/// For each row of `gain` [rows, columns], neither 0, the first column of the path that has the
/// largest sum. Sums are kept in float; diagonal steps must be strictly better than both others, a
/// step to the next row strictly better than both, else the column steps (openai-whisper,
/// timing.py: dtw_cpu).
std::vector<std::int64_t> first_columns(ConstRows gain);

}  // namespace decibit::transcription
