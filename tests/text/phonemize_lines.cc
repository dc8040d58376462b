// SPDX-License-Identifier: Apache-2.0
// A program for tools/g2p/compare.py: reads lines of text, writes for each one line of JSON: the
// phonemes, and the tokens as [text, phonemes, space after, guessed]. Words outside the lexicon are
// read as "x", which the comparison leaves out; a context does not see it.
#include <cstdio>
#include <iostream>
#include <string>

#include "text/en/phonemizer.h"

namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      result += ' ';
    } else {
      result += c;
    }
  }
  return result + '"';
}

}  // namespace

int main() {
  const decibit::text::en::Phonemizer phonemizer([](std::string_view) { return std::string("x"); });
  for (std::string line; std::getline(std::cin, line);) {
    const auto result = phonemizer.phonemize(line);
    std::string json = "{\"phonemes\": " + quoted(result.phonemes) +
                       ", \"normalized\": " + quoted(result.normalized) + ", \"tokens\": [";
    const char* comma = "";
    for (const auto& token : result.tokens) {
      json += std::string(comma) + "[" + quoted(token.text) + ", " + quoted(token.phonemes) + ", " +
              (token.space_after ? "true" : "false") + ", " + (token.guessed ? "true" : "false") +
              "]";
      comma = ", ";
    }
    json += "], \"notes\": [";
    comma = "";
    for (const auto& note : result.notes) {
      json += comma + quoted(note);
      comma = ", ";
    }
    std::puts((json + "]}").c_str());
  }
}
