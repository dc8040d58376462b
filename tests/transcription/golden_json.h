// SPDX-License-Identifier: Apache-2.0
// tests/golden/whisper/NAME, made by tools/whisper.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "io/json.h"
#include "models/whisper/window.h"

namespace decibit {

inline Json golden_json(const std::string& name) {
  std::ifstream file(DECIBIT_SOURCE_DIR "/tests/golden/whisper/" + name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto json = Json::parse(text);
  if (!json) ADD_FAILURE() << to_string(json.error());
  return json ? *json : Json();
}

inline const Json& at(const Json& object, std::string_view key) {
  static const Json none;
  const Json* const found = object.find(key);
  if (found == nullptr) ADD_FAILURE() << "no " << key;
  return found != nullptr ? *found : none;
}
inline double number(const Json& json) {
  return json.integer() != nullptr ? static_cast<double>(*json.integer()) : *json.real();
}
inline std::int64_t integer(const Json& json) { return *json.integer(); }
inline std::vector<whisper::Token> tokens(const Json& json) {
  std::vector<whisper::Token> all;
  for (const Json& token : *json.array())
    all.push_back(static_cast<whisper::Token>(*token.integer()));
  return all;
}

}  // namespace decibit
