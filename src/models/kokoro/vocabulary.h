// SPDX-License-Identifier: Apache-2.0
// The model's alphabet: one id for each code point of a phoneme string, as its config says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "io/json.h"

namespace decibit::kokoro {

class Vocabulary {
 public:
  /// config.vocab: an object of code points and ids in [0, tokens).
  static Result<Vocabulary> read(const Json& config, std::int64_t tokens);

  /// None for what the model does not know.
  std::optional<std::int32_t> id(char32_t symbol) const;
  /// ASCII g and the like as the symbols that they stand for (phoneme_spelling.h).
  std::u32string spelled(std::u32string_view phonemes) const;
  /// Ids with the boundary token (0) at both ends. What the model does not know is left out and
  /// added to `unknown`, each once.
  std::vector<std::int32_t> encode(std::u32string_view phonemes, std::u32string& unknown) const;

 private:
  std::unordered_map<char32_t, std::int32_t> ids_;
};

}  // namespace decibit::kokoro
