// SPDX-License-Identifier: Apache-2.0
// Logits of a whole text are tens of megabytes, so they are made for one block of the vocabulary at
// a time, with a running maximum m and a running sum of e^(logit - m) for each token. The embedding
// is read once.
#include "models/whisper/next_token.h"

#include <algorithm>
#include <cmath>

#include "nn/split.h"

namespace decibit::whisper {
namespace {

constexpr std::int64_t kBlock = 4096;

struct RunningSoftmax {
  double m = -INFINITY, sum = 0;

  /// Logits become e^(logit - m).
  void take(const isa::Pointwise& pointwise, float* logits, std::int64_t n) {
    const double most = double{*std::max_element(logits, logits + n)};
    if (most > m) {
      sum *= std::exp(m - most);
      m = most;
    }
    const auto shift = static_cast<float>(m);
    for (std::int64_t i = 0; i < n; ++i) logits[i] -= shift;
    pointwise.apply(isa::Function::kExp, logits, static_cast<std::size_t>(n), logits);
    for (std::int64_t i = 0; i < n; ++i) sum += double{logits[i]};
  }
};

}  // namespace

std::vector<float> next_token_probabilities(const Context& context, const Decoder& decoder,
                                            ConstRows normed, std::span<const Token> tokens,
                                            std::int64_t vocabulary) {
  std::vector<float> probabilities(tokens.size());
  const auto rows = static_cast<std::int64_t>(tokens.size()) - 1;
  if (rows == 0) return probabilities;
  const Workspace::Frame frame(context.workspace);
  const auto running = context.workspace.array<RunningSoftmax>(rows);
  const auto logit = context.workspace.array<float>(rows);
  std::fill(running.begin(), running.end(), RunningSoftmax());
  for (std::int64_t first = 0; first < vocabulary; first += kBlock) {
    const Workspace::Frame block(context.workspace);
    const Rows y = context.workspace.rows(rows, std::min(kBlock, vocabulary - first));
    decoder.logits(context, normed.rows(0, rows), first, y);
    for_parts(context, rows, rows_per_part(y.width), [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t i = from; i < to; ++i) {
        const auto row = static_cast<std::size_t>(i);
        const std::int64_t next = tokens[row + 1] - first;
        if (next >= 0 && next < y.width) logit[row] = y.row(i)[next];
        running[row].take(*context.kernels.pointwise, y.row(i), y.width);
      }
    });
    context.check_stop();
  }
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
    if (tokens[i + 1] < vocabulary)
      probabilities[i + 1] =
          static_cast<float>(std::exp(double{logit[i]} - running[i].m) / running[i].sum);
  return probabilities;
}

}  // namespace decibit::whisper
