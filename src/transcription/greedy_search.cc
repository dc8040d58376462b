// SPDX-License-Identifier: Apache-2.0
// Each text goes on with one token a step, until all have ended.
#include <optional>

#include "transcription/next_token.h"
#include "transcription/search.h"
#include "transcription/token_choice.h"

namespace decibit::transcription {
namespace {

// `choose` gets the distribution, the number of the text and the position in it.
template <class Choose>
Result<std::vector<Candidate>> one_by_one(const Search& search, std::span<const float> first,
                                          std::size_t count, const Choose& choose) {
  std::vector<Candidate> texts(count);
  std::vector<std::size_t> open(count);  // texts that have not ended, as the network holds them
  for (std::size_t i = 0; i < count; ++i) open[i] = i;
  NextToken next(search.rules);
  ConstRows rows;
  for (std::size_t position = 0; position < search.most_tokens && !open.empty(); ++position) {
    if (search.interrupt && search.interrupt()) return fail(ErrorCode::kInterrupted, "interrupted");
    std::vector<std::size_t> parents, still_open;
    std::vector<Token> tokens;
    for (std::size_t i = 0; i < open.size(); ++i) {
      Candidate& text = texts[open[i]];
      const std::span<const float> logits = position == 0
                                                ? first
                                                : std::span(rows.row(static_cast<std::int64_t>(i)),
                                                            static_cast<std::size_t>(rows.width));
      // The first distribution is that of all texts.
      if (position > 0 || i == 0) TRY(next.set(logits, text.tokens));
      const Token token = choose(next, open[i], position);
      text.log_probability += next.log_probability(token);
      if (token == search.end) continue;
      text.tokens.push_back(token);
      parents.push_back(position == 0 ? 0 : i);
      tokens.push_back(token);
      still_open.push_back(open[i]);
    }
    open = std::move(still_open);
    if (!open.empty() && position + 1 < search.most_tokens)
      rows = search.network.step(parents, tokens);
  }
  return texts;
}

}  // namespace

Result<std::vector<Candidate>> greedy_search(const Search& search, std::span<const float> first) {
  return one_by_one(search, first, 1, [](const NextToken& next, std::size_t, std::size_t) {
    return best_token(next.logits());
  });
}

Result<std::vector<Candidate>> draw_texts(const Search& search, std::span<const float> first,
                                          std::size_t count, double temperature, DrawKey key) {
  std::vector<float> weights;
  return one_by_one(search, first, count,
                    [&](const NextToken& next, std::size_t text, std::size_t position) {
                      key.text = text;
                      key.position = position;
                      return draw_token(next.logits(), temperature, uniform(key), weights);
                    });
}

}  // namespace decibit::transcription
