// SPDX-License-Identifier: Apache-2.0
// w = softmax over the first `positions`, which is the given softmax over all, scaled to sum 1;
// z = (w - mean over tokens) / deviation over tokens; median of 7 in time; mean over heads.
#include "transcription/attention_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/check.h"

namespace decibit::transcription {
namespace {

constexpr std::size_t kMedianWidth = 7;
constexpr std::size_t kReach = kMedianWidth / 2;

// One head, [tokens, positions].
struct Head {
  std::size_t tokens, positions;
  std::vector<float> values;
  float* row(std::size_t token) { return values.data() + token * positions; }
};

void crop(const float* weights, std::size_t all_positions, Head& head) {
  for (std::size_t t = 0; t < head.tokens; ++t) {
    const float* const from = weights + t * all_positions;
    double sum = 0;
    for (std::size_t p = 0; p < head.positions; ++p) sum += static_cast<double>(from[p]);
    const float scale = sum > 0 ? static_cast<float>(1 / sum) : 0;
    for (std::size_t p = 0; p < head.positions; ++p) head.row(t)[p] = from[p] * scale;
  }
}

void standardize(Head& head) {
  std::vector<double> mean(head.positions), variance(head.positions);
  const auto count = static_cast<double>(head.tokens);
  for (std::size_t t = 0; t < head.tokens; ++t)
    for (std::size_t p = 0; p < head.positions; ++p) mean[p] += static_cast<double>(head.row(t)[p]);
  for (double& m : mean) m /= count;
  for (std::size_t t = 0; t < head.tokens; ++t)
    for (std::size_t p = 0; p < head.positions; ++p) {
      const double distance = static_cast<double>(head.row(t)[p]) - mean[p];
      variance[p] += distance * distance;
    }
  for (std::size_t t = 0; t < head.tokens; ++t)
    for (std::size_t p = 0; p < head.positions; ++p) {
      // Where all tokens look alike none stands out.
      const double deviation = std::sqrt(variance[p] / count);
      const double distance = static_cast<double>(head.row(t)[p]) - mean[p];
      head.row(t)[p] = deviation > 0 ? static_cast<float>(distance / deviation) : 0;
    }
}

// The fourth of seven by size: exchanges that leave it in the middle (Devillard, "Fast median
// search", 1998). No branches, so that many are found at once.
float median_of_7(const float* x) {
  std::array<float, kMedianWidth> v{x[0], x[1], x[2], x[3], x[4], x[5], x[6]};
  const auto order = [&v](std::size_t a, std::size_t b) {
    const float low = v[b] < v[a] ? v[b] : v[a];
    v[b] = v[b] < v[a] ? v[a] : v[b];
    v[a] = low;
  };
  order(0, 5), order(0, 3), order(1, 6), order(2, 4), order(0, 1), order(3, 5), order(2, 6);
  order(2, 3), order(3, 6), order(4, 5), order(1, 4), order(1, 3), order(3, 4);
  return v[3];
}

// Mirrored at both ends. Rows that are too short for that stay as they are, as in OpenAI's.
void smooth(Head& head) {
  const std::size_t n = head.positions;
  if (n <= kReach) return;
  std::vector<float> padded(n + 2 * kReach);
  for (std::size_t t = 0; t < head.tokens; ++t) {
    float* const row = head.row(t);
    std::copy(row, row + n, padded.begin() + kReach);
    for (std::size_t i = 0; i < kReach; ++i) {
      padded[kReach - 1 - i] = row[1 + i];
      padded[kReach + n + i] = row[n - 2 - i];
    }
    for (std::size_t p = 0; p < n; ++p) row[p] = median_of_7(padded.data() + p);
  }
}

}  // namespace

std::vector<float> attention_map(const whisper::Alignment& alignment, std::int64_t positions) {
  DECIBIT_CHECK(positions > 0 && positions <= alignment.positions && alignment.heads > 0);
  const auto tokens = static_cast<std::size_t>(alignment.tokens);
  const auto all_positions = static_cast<std::size_t>(alignment.positions);
  Head head{tokens, static_cast<std::size_t>(positions), {}};
  head.values.resize(tokens * head.positions);
  std::vector<float> mean(head.values.size());
  for (std::int64_t h = 0; h < alignment.heads; ++h) {
    crop(alignment.weights.data() + static_cast<std::size_t>(h) * tokens * all_positions,
         all_positions, head);
    standardize(head);
    smooth(head);
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += head.values[i];
  }
  for (float& m : mean) m /= static_cast<float>(alignment.heads);
  return mean;
}

}  // namespace decibit::transcription
