// SPDX-License-Identifier: Apache-2.0
#include "models/whisper/texts.h"

#include <algorithm>

#include "core/check.h"

namespace decibit::whisper {

Texts::Texts(std::size_t layers, std::int64_t most_tokens, std::int64_t heads,
             std::int64_t head_dim, DType dtype)
    : most_tokens_(most_tokens) {
  for (Place& place : places_) {
    place.tokens.reserve(static_cast<std::size_t>(most_tokens));
    place.layers.reserve(layers);
    for (std::size_t i = 0; i < layers; ++i)
      place.layers.emplace_back(most_tokens, heads, head_dim, dtype);
  }
}

std::int64_t Texts::length() const {
  return count_ == 0 ? 0 : static_cast<std::int64_t>(places_[place_of_[0]].tokens.size());
}

KvCache& Texts::cache(std::size_t text, std::size_t layer) {
  DECIBIT_CHECK(text < count_);
  return places_[place_of_[text]].layers[layer];
}

void Texts::start() {
  for (Place& place : places_) {
    place.tokens.clear();
    for (KvCache& cache : place.layers) cache.rollback(0);
  }
  count_ = 1;
  place_of_[0] = 0;
}

std::int64_t Texts::common(const Place& a, const Place& b) {
  const auto last =
      std::mismatch(a.tokens.begin(), a.tokens.end(), b.tokens.begin(), b.tokens.end());
  return last.first - a.tokens.begin();
}

void Texts::copy(const Place& from, Place& to) {
  const std::int64_t same = common(from, to);
  for (std::size_t i = 0; i < to.layers.size(); ++i) to.layers[i].follow(from.layers[i], same);
  to.tokens = from.tokens;
  copied_rows_ += static_cast<std::int64_t>(from.tokens.size()) - same;
}

void Texts::fork(std::span<const std::size_t> parents) {
  DECIBIT_CHECK(!parents.empty() && parents.size() <= kMost);
  std::array<bool, kMost> taken = {}, is_placed = {};
  std::array<std::size_t, kMost> next = {};
  for (std::size_t i = 0; i < parents.size(); ++i) {
    DECIBIT_CHECK(parents[i] < count_);
    const std::size_t place = place_of_[parents[i]];
    if (taken[place]) continue;
    next[i] = place;
    taken[place] = is_placed[i] = true;
  }
  // A parent's own place is taken by its first child, so no copy overwrites what another needs.
  for (std::size_t i = 0; i < parents.size(); ++i) {
    if (is_placed[i]) continue;
    const Place& parent = places_[place_of_[parents[i]]];
    std::size_t best = kMost;
    for (std::size_t place = 0; place < kMost; ++place)
      if (!taken[place] &&
          (best == kMost || common(parent, places_[place]) > common(parent, places_[best])))
        best = place;
    DECIBIT_CHECK(best != kMost);
    copy(parent, places_[best]);
    next[i] = best;
    taken[best] = true;
  }
  place_of_ = next;
  count_ = parents.size();
}

void Texts::grow(std::span<const Token> tokens) {
  DECIBIT_CHECK(count_ == 1 || tokens.size() == count_);
  const std::size_t each = tokens.size() / count_;
  for (std::size_t i = 0; i < count_; ++i) {
    std::vector<Token>& to = places_[place_of_[i]].tokens;
    const auto own = tokens.subspan(i * each, each);
    to.insert(to.end(), own.begin(), own.end());
  }
}

}  // namespace decibit::whisper
