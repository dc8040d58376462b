// SPDX-License-Identifier: Apache-2.0
// In each step every beam offers its width + 1 best continuations: one of them may be the end, and
// then there are still enough others to fill the beams.
#include <algorithm>
#include <cmath>

#include "transcription/next_token.h"
#include "transcription/search.h"
#include "transcription/token_choice.h"

namespace decibit::transcription {
namespace {

struct Continuation {
  std::size_t beam = 0;
  Token token = 0;
  double log_probability = 0;  // of the whole text
};

class BeamSearch {
 public:
  BeamSearch(const Search& search, std::size_t width, double patience)
      : search_(search),
        next_(search.rules),
        width_(width),
        // Half to even, as Python rounds.
        enough_(static_cast<std::size_t>(std::nearbyint(static_cast<double>(width) * patience))) {}

  Result<std::vector<Candidate>> run(std::span<const float> first) {
    beams_ = {Candidate{}};
    ConstRows rows{first.data(), 1, std::ssize(first), std::ssize(first)};
    for (std::size_t step = 1;; ++step) {
      if (search_.interrupt && search_.interrupt())
        return fail(ErrorCode::kInterrupted, "interrupted");
      TRY(offer(rows));
      keep_best();
      if (ended_.size() >= enough_ || beams_.empty() || step == search_.most_tokens) break;
      rows = search_.network.step(parents_, tokens_);
    }
    add_unfinished();
    return std::move(ended_);
  }

 private:
  Status offer(ConstRows rows) {
    offers_.clear();
    for (std::size_t beam = 0; beam < beams_.size(); ++beam) {
      const auto* row = rows.row(static_cast<std::int64_t>(beam));
      TRY(next_.set({row, static_cast<std::size_t>(rows.width)}, beams_[beam].tokens));
      for (const Token token : best_tokens(next_.logits(), width_ + 1))
        offers_.push_back(
            {beam, token, beams_[beam].log_probability + next_.log_probability(token)});
    }
    // Of equals the one that was offered first.
    std::ranges::stable_sort(offers_, std::ranges::greater(), &Continuation::log_probability);
    return {};
  }

  // Ends count only as long as they come before the last beam that is kept.
  void keep_best() {
    std::vector<Candidate> beams;
    parents_.clear(), tokens_.clear();
    for (const Continuation& offer : offers_) {
      Candidate text = beams_[offer.beam];
      text.log_probability = offer.log_probability;
      if (offer.token == search_.end) {
        if (ended_.size() < enough_) ended_.push_back(std::move(text));
        continue;
      }
      text.tokens.push_back(offer.token);
      beams.push_back(std::move(text));
      parents_.push_back(offer.beam);
      tokens_.push_back(offer.token);
      if (beams.size() == width_) break;
    }
    beams_ = std::move(beams);
  }

  void add_unfinished() {
    // The beams are in order of probability; of equals the later one first, as numpy's argsort
    // read backwards.
    std::reverse(beams_.begin(), beams_.end());
    std::ranges::stable_sort(beams_, std::ranges::less(), &Candidate::log_probability);
    std::reverse(beams_.begin(), beams_.end());
    for (Candidate& beam : beams_) {
      if (ended_.size() >= width_) break;
      ended_.push_back(std::move(beam));
    }
  }

  const Search& search_;
  NextToken next_;
  std::size_t width_, enough_;
  std::vector<Candidate> beams_, ended_;
  std::vector<Continuation> offers_;
  std::vector<std::size_t> parents_;
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Candidate>> beam_search(const Search& search, std::span<const float> first,
                                           std::size_t width, double patience) {
  return BeamSearch(search, width, patience).run(first);
}

}  // namespace decibit::transcription
