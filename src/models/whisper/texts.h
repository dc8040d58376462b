// SPDX-License-Identifier: Apache-2.0
// Keys and values of the texts that are tried for a window. Each text has caches of its own, one a
// layer, so that attention reads them in one go; a text that continues itself stays where it is,
// and one that continues another moves into free caches, of which it only writes what differs.
// Beams differ in their last words, so that is little.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/whisper/window.h"
#include "nn/kv_cache.h"

namespace decibit::whisper {

class Texts {
 public:
  static constexpr std::size_t kMost = WindowNetwork::kMostTexts;

  Texts(std::size_t layers, std::int64_t most_tokens, std::int64_t heads, std::int64_t head_dim,
        DType dtype);

  std::size_t count() const { return count_; }
  std::int64_t most_tokens() const { return most_tokens_; }
  /// Tokens of each text: they all grow together.
  std::int64_t length() const;
  KvCache& cache(std::size_t text, std::size_t layer);

  /// One text without tokens. What there was is forgotten.
  void start();
  /// The new text i is the former text parents[i].
  void fork(std::span<const std::size_t> parents);
  /// Text i goes on with tokens[i]; a single one with all of them. The caches have got their keys
  /// and values, those that follow each other in one text, from the same pass.
  void grow(std::span<const Token> tokens);

  /// Rows of keys (and as many of values) that fork() has copied in one layer.
  std::int64_t copied_rows() const { return copied_rows_; }

 private:
  struct Place {
    std::vector<Token> tokens;  // equal tokens mean equal keys and values
    std::vector<KvCache> layers;
  };
  static std::int64_t common(const Place& a, const Place& b);
  void copy(const Place& from, Place& to);

  std::int64_t most_tokens_;
  std::array<Place, kMost> places_;
  std::array<std::size_t, kMost> place_of_ = {};
  std::size_t count_ = 0;
  std::int64_t copied_rows_ = 0;
};

}  // namespace decibit::whisper
