// SPDX-License-Identifier: Apache-2.0
// A network that says what it is told to.
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <vector>

#include "decibit/transcribe.h"
#include "models/whisper/tokenizer.h"
#include "models/whisper/window.h"

namespace decibit::transcription {

using whisper::Token;

inline const whisper::Tokenizer& multilingual_tokenizer() {
  static const whisper::Tokenizer tokenizer = *whisper::Tokenizer::make(51865);
  return tokenizer;
}

/// One try of a window: each of `tokens` and then the end has this probability; all others share
/// the rest.
struct ScriptedTry {
  std::vector<Token> tokens;
  double probability = 0.9;
  double no_speech = 0.01;
};

/// Token i of a text is heard from columns[i] to columns[i + 1].
struct ScriptedAlignment {
  std::vector<std::int64_t> columns;
  std::vector<double> probabilities;
};

class ScriptedNetwork final : public whisper::WindowNetwork {
 public:
  explicit ScriptedNetwork(const whisper::Tokenizer& tokenizer = multilingual_tokenizer())
      : tokenizer_(tokenizer) {}

  std::deque<ScriptedTry> tries;             // the last one stays
  std::deque<ScriptedAlignment> alignments;  // none: every token 4 positions
  std::function<void(ConstRows)> on_listen;

  // What was asked.
  std::size_t listened = 0, tokens_read = 0, longest_text = 0;
  std::vector<std::vector<Token>> prompts;

  void listen(ConstRows mel) override {
    ++listened;
    if (on_listen) on_listen(mel);
  }

  ConstRows start(std::span<const Token> prompt, std::span<const std::size_t> wanted) override {
    prompts.emplace_back(prompt.begin(), prompt.end());
    text_length_ = prompt.size();
    note_length();
    if (tries.size() > 1 && started_) tries.pop_front();
    started_ = true;
    position_ = 0;
    rows_.assign(wanted.size() * width(), 0);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (prompt[wanted[i]] == tokenizer_.start())
        put(i, tokenizer_.no_speech(), tries.front().no_speech);
    if (wanted.back() == prompt.size() - 1) put(wanted.size() - 1, expected(), probability());
    return rows(wanted.size());
  }

  ConstRows step(std::span<const std::size_t>, std::span<const Token> tokens) override {
    ++position_;
    ++text_length_;
    note_length();
    rows_.assign(tokens.size() * width(), 0);
    for (std::size_t i = 0; i < tokens.size(); ++i) put(i, expected(), probability());
    return rows(tokens.size());
  }

  whisper::Alignment align(std::span<const Token> tokens, std::int64_t) override {
    longest_text = std::max(longest_text, tokens.size());
    whisper::Alignment a;
    a.heads = 1;
    a.tokens = std::ssize(tokens);
    a.positions = 1500;
    a.weights.resize(tokens.size() * 1500);
    a.probabilities.resize(tokens.size());
    std::size_t first = 0;  // whose column is 0
    while (tokens[first] != tokenizer_.no_timestamps()) ++first;
    const std::size_t count = tokens.size() - first - 1;
    ScriptedAlignment script;
    if (!alignments.empty()) {
      script = alignments.front();
      alignments.pop_front();
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        script.columns.push_back(static_cast<std::int64_t>(4 * i));
        script.probabilities.push_back(0.5);
      }
    }
    for (std::size_t i = 0; i < count && i < script.columns.size(); ++i) {
      const std::int64_t begin = script.columns[i];
      const std::int64_t end = i + 1 < script.columns.size() ? script.columns[i + 1] : 1500;
      for (std::int64_t p = begin; p < end; ++p)
        a.weights[(first + i) * 1500 + static_cast<std::size_t>(p)] =
            1.0F / static_cast<float>(end - begin);
      if (i < script.probabilities.size())
        a.probabilities[first + 1 + i] = static_cast<float>(script.probabilities[i]);
    }
    return a;
  }

 private:
  std::size_t width() const { return static_cast<std::size_t>(tokenizer_.vocabulary()); }
  Token expected() const {
    const auto& tokens = tries.front().tokens;
    return position_ < tokens.size() ? tokens[position_] : tokenizer_.end();
  }
  double probability() const { return tries.front().probability; }
  void put(std::size_t row, Token token, double p) {
    const double others = static_cast<double>(width() - 1);
    rows_[row * width() + static_cast<std::size_t>(token)] =
        static_cast<float>(std::log(p * others / (1 - p)));
  }
  ConstRows rows(std::size_t count) const {
    const auto w = static_cast<std::int64_t>(width());
    return {rows_.data(), static_cast<std::int64_t>(count), w, w};
  }
  void note_length() {
    longest_text = std::max(longest_text, text_length_);
    ++tokens_read;
  }

  const whisper::Tokenizer& tokenizer_;
  bool started_ = false;
  std::size_t position_ = 0, text_length_ = 0;
  std::vector<float> rows_;
};

/// Options under which a script may say anything at all.
inline TranscribeOptions any_text() {
  TranscribeOptions options;
  options.language = "en";
  options.beam_size = 1;
  options.best_of = 1;
  options.suppress_tokens = {};
  options.suppress_blank = false;
  options.without_timestamps = true;
  return options;
}

}  // namespace decibit::transcription
