// SPDX-License-Identifier: Apache-2.0
// The values that flags accept: read from the tables of the library where it has one, listed here
// where only the command line has names for them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "convert/convert.h"

namespace decibit::cli {

/// A value of a flag and what it means.
template <class T>
struct Choice {
  std::string_view name;
  T meaning;
};

inline constexpr std::array kScopes = {Choice<Scope>{"mlx", Scope::kMlx},
                                       Choice<Scope>{"all", Scope::kAll}};
inline constexpr std::array kLayouts = {Choice<OutputLayout>{"auto", OutputLayout::kAuto},
                                        Choice<OutputLayout>{"mlx", OutputLayout::kMlx},
                                        Choice<OutputLayout>{"torch", OutputLayout::kTorch}};

/// The names of such a list.
template <class List>
std::vector<std::string> names_of(const List& list) {
  std::vector<std::string> names;
  names.reserve(list.size());
  for (const auto& choice : list) names.emplace_back(choice.name);
  return names;
}

/// What `name` means; the first of the list is the default.
template <class T, std::size_t N>
T meaning_of(const std::array<Choice<T>, N>& list, std::string_view name) {
  for (const Choice<T>& choice : list) {
    if (choice.name == name) return choice.meaning;
  }
  return list.front().meaning;
}

std::vector<std::string> bits_choices();  // "1", "2", ... of every scheme
std::vector<std::string> group_size_choices();
std::vector<std::string> mode_choices();  // "affine", "mxfp4", ...
std::vector<std::string> profile_choices();
std::vector<std::string> dtype_choices();       // of dense weights: "float16", ...
std::vector<std::string> model_type_choices();  // with "generic"
std::vector<std::string> model_domain_choices();
std::vector<std::string> isa_choices();  // of this CPU

}  // namespace decibit::cli
