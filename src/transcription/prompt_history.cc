// SPDX-License-Identifier: Apache-2.0
#include "transcription/prompt_history.h"

#include "core/check.h"

namespace decibit::transcription {

PromptHistory::PromptHistory(std::vector<Token> initial, bool carried, std::size_t longest)
    : room_(longest) {
  DECIBIT_CHECK(initial.size() <= longest);
  if (carried) {
    room_ -= initial.size();
    carried_ = std::move(initial);
  } else {
    text_ = std::move(initial);
  }
}

void PromptHistory::add(std::span<const Token> tokens) {
  text_.insert(text_.end(), tokens.begin(), tokens.end());
  if (text_.size() > room_)
    text_.erase(text_.begin(), text_.end() - static_cast<std::ptrdiff_t>(room_));
}

void PromptHistory::forget() { text_.clear(); }

std::vector<Token> PromptHistory::prompt() const {
  std::vector<Token> tokens = carried_;
  tokens.insert(tokens.end(), text_.begin(), text_.end());
  return tokens;
}

}  // namespace decibit::transcription
