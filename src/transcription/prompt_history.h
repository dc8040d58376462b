// SPDX-License-Identifier: Apache-2.0
// What a window is told about the text before it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/whisper/window.h"

namespace decibit::transcription {

using whisper::Token;

/// Keeps no more than can be asked for, however long the recording.
class PromptHistory {
 public:
  /// `initial` has at most `longest` tokens; `carried`: it stands before every prompt, and text
  /// takes the room that is left. Otherwise it is text like any other.
  PromptHistory(std::vector<Token> initial, bool carried, std::size_t longest);

  void add(std::span<const Token> tokens);
  /// What was said so far is not to be told any more.
  void forget();
  /// At most `longest` tokens.
  std::vector<Token> prompt() const;

 private:
  std::vector<Token> carried_;
  std::vector<Token> text_;
  std::size_t room_;
};

}  // namespace decibit::transcription
