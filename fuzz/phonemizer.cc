// SPDX-License-Identifier: Apache-2.0
// Any bytes as text: no crash, no symbol outside Kokoro's vocabulary, the same again from what was
// understood as tokens. Bytes before the first zero are a user's lexicon.
#include "text/en/phonemizer.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "text/unicode.h"

namespace en = decibit::text::en;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  en::UserLexicon lexicon;
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    auto parsed = en::UserLexicon::parse(text.substr(0, zero));
    if (parsed) lexicon = std::move(*parsed);
    text.remove_prefix(zero + 1);
  }
  // A letter-to-sound model that is as wrong as can be.
  const en::Phonemizer phonemizer([](std::string_view word) { return std::string(word) + "g\xFF"; },
                                  std::move(lexicon));
  const en::Phonemes result = phonemizer.phonemize(text);
  for (char32_t symbol : decibit::code_points(result.phonemes)) {
    if (!decibit::text::in_vocabulary(symbol)) std::abort();
  }
  return 0;
}
