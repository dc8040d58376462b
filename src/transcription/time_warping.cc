// SPDX-License-Identifier: Apache-2.0
// cost[i, j] = min(cost[i-1, j-1], cost[i-1, j], cost[i, j-1]) - gain[i, j]
#include "transcription/time_warping.h"

#include <limits>
#include <utility>

#include "core/check.h"

namespace decibit::transcription {
namespace {

enum class Step : std::uint8_t { kBoth, kRow, kColumn };

}  // namespace

std::vector<std::int64_t> first_columns(ConstRows gain) {
  const std::int64_t rows = gain.count, columns = gain.width;
  DECIBIT_CHECK(rows > 0 && columns > 0);
  constexpr float kFar = std::numeric_limits<float>::infinity();
  // One row and one column more, of which only the corner may be the way in.
  const auto width = static_cast<std::size_t>(columns) + 1;
  std::vector<float> above(width, kFar), current(width);
  above[0] = 0;
  std::vector<Step> steps(static_cast<std::size_t>(rows * columns));
  for (std::int64_t i = 0; i < rows; ++i) {
    current[0] = kFar;
    for (std::int64_t j = 0; j < columns; ++j) {
      const auto to = static_cast<std::size_t>(j) + 1;
      const float both = above[to - 1], row = above[to], column = current[to - 1];
      float cost = column;
      Step step = Step::kColumn;
      if (both < row && both < column)
        cost = both, step = Step::kBoth;
      else if (row < both && row < column)
        cost = row, step = Step::kRow;
      current[to] =
          static_cast<float>(static_cast<double>(cost) - static_cast<double>(gain.row(i)[j]));
      steps[static_cast<std::size_t>(i * columns + j)] = step;
    }
    std::swap(above, current);
  }

  std::vector<std::int64_t> first(static_cast<std::size_t>(rows));
  std::int64_t i = rows - 1, j = columns - 1;
  while (i >= 0 && j >= 0) {
    first[static_cast<std::size_t>(i)] = j;
    const Step step = steps[static_cast<std::size_t>(i * columns + j)];
    if (step != Step::kColumn) --i;
    if (step != Step::kRow) --j;
  }
  return first;
}

}  // namespace decibit::transcription
