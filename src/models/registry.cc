// SPDX-License-Identifier: Apache-2.0
// One row per model. To add a model: its folder, its row here, its sources in CMakeLists.txt
// (docs/adding-a-model.md).
#include "models/registry.h"

#include <algorithm>
#include <cctype>

namespace decibit {
namespace {

constexpr ModelType kTypes[] = {
    // Last, and selected by its name only.
    {.name = "generic",
     .domain = "",
     .aliases = {},
     .config_matches = nullptr,
     .config_signature = "",
     .tensors_match = nullptr,
     .tensor_signature = "",
     .schema = generic_schema},
};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

std::span<const ModelType> model_types() { return kTypes; }

const ModelType* find_model_type(std::string_view name) {
  for (const ModelType& type : kTypes) {
    if (equal_ignoring_case(type.name, name)) return &type;
  }
  for (const ModelType& type : kTypes) {
    for (const std::string_view alias : type.aliases) {
      if (equal_ignoring_case(alias, name)) return &type;
    }
  }
  return nullptr;
}

}  // namespace decibit
