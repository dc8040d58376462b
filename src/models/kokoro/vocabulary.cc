// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/vocabulary.h"

#include <fmt/format.h>

#include "core/utf8.h"
#include "models/kokoro/phoneme_spelling.h"

namespace decibit::kokoro {
Result<Vocabulary> Vocabulary::read(const Json& config, std::int64_t tokens) {
  const Json* const vocab = config.find("vocab");
  if (vocab == nullptr || vocab->object() == nullptr || vocab->object()->empty())
    return fail(ErrorCode::kBadInput, "config.json has no \"vocab\", so phonemes have no ids",
                "take config.json from the model's own repository");
  Vocabulary vocabulary;
  for (const auto& [symbol, id] : *vocab->object()) {
    const std::u32string points = code_points(symbol);
    const std::int64_t* const value = id.integer();
    if (points.size() != 1 || value == nullptr || *value < 0 || *value >= tokens)
      return fail(ErrorCode::kBadInput,
                  fmt::format("config.json: vocab.{}: expected one code point and an id below {}",
                              symbol, tokens));
    vocabulary.ids_[points.front()] = static_cast<std::int32_t>(*value);
  }
  return vocabulary;
}

std::optional<std::int32_t> Vocabulary::id(char32_t symbol) const {
  const auto found = ids_.find(symbol);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::u32string Vocabulary::spelled(std::u32string_view phonemes) const {
  return known_spelling(phonemes, [&](char32_t symbol) { return ids_.contains(symbol); });
}

std::vector<std::int32_t> Vocabulary::encode(std::u32string_view phonemes,
                                             std::u32string& unknown) const {
  std::vector<std::int32_t> ids = {0};
  for (const char32_t symbol : phonemes) {
    if (const auto known = id(symbol)) {
      ids.push_back(*known);
    } else if (unknown.find(symbol) == unknown.npos) {
      unknown.push_back(symbol);
    }
  }
  ids.push_back(0);
  return ids;
}

}  // namespace decibit::kokoro
