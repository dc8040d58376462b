// SPDX-License-Identifier: Apache-2.0
// One window of audio and the texts that are tried for it: all that decoding asks of the network.
// Tests put a script in its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/rows.h"

namespace decibit::whisper {

using Token = std::int32_t;

/// Where the alignment heads look while a text is read.
struct Alignment {
  std::int64_t heads = 0, tokens = 0, positions = 0;  // positions: of the encoder, 50 a second
  std::vector<float> weights;        // softmax over positions, [heads, tokens, positions]
  std::vector<float> probabilities;  // [tokens]; see WindowNetwork::align
};

/// Rows that are returned are valid until the next call.
class WindowNetwork {
 public:
  /// Texts that can be continued at once: beams or samples.
  static constexpr std::size_t kMostTexts = 8;

  virtual ~WindowNetwork() = default;

  /// mel [3000, mels]: the window that everything from now on is about.
  virtual void listen(ConstRows mel) = 0;

  /// Forgets the texts there were and begins one with `prompt`, of 1 to text_context tokens.
  /// Returns the logits after prompt[i] for each i of `wanted`, [wanted.size(), vocabulary].
  virtual ConstRows start(std::span<const Token> prompt, std::span<const std::size_t> wanted) = 0;

  /// Makes tokens.size() texts of those there are, 1 to kMostTexts: the new text i is the former
  /// text parents[i] and tokens[i]. Returns the logits after each, [tokens.size(), vocabulary].
  virtual ConstRows step(std::span<const std::size_t> parents, std::span<const Token> tokens) = 0;

  /// Reads a text, apart from those that are being tried. probabilities[i] is that of tokens[i]
  /// after those before it, softmax over the first `vocabulary` logits only (OpenAI takes those
  /// below the end of text); 0 for i == 0 and for tokens beyond.
  virtual Alignment align(std::span<const Token> tokens, std::int64_t vocabulary) = 0;
};

}  // namespace decibit::whisper
