// SPDX-License-Identifier: Apache-2.0
// Each list is made from the rows of the library's own table.
#include "cli/choices.h"

#include <algorithm>
#include <functional>
#include <set>

#include "kernels/kernel_table.h"
#include "models/registry.h"
#include "quant/scheme.h"

namespace decibit::cli {
namespace {

std::vector<std::string> numbers(const std::function<int(const Scheme&)>& property) {
  std::set<int> sorted;
  for (const Scheme& scheme : all_schemes()) sorted.insert(property(scheme));
  std::vector<std::string> texts;
  texts.reserve(sorted.size());
  for (int number : sorted) texts.push_back(std::to_string(number));
  return texts;
}

void add_once(std::vector<std::string>& names, std::string_view name) {
  if (std::ranges::find(names, name) != names.end()) return;
  names.emplace_back(name);
}

}  // namespace

std::vector<std::string> bits_choices() {
  return numbers([](const Scheme& scheme) { return scheme.bits(); });
}

std::vector<std::string> group_size_choices() {
  return numbers([](const Scheme& scheme) { return scheme.group_size(); });
}

std::vector<std::string> mode_choices() {
  std::vector<std::string> names;
  for (const Scheme& scheme : all_schemes()) add_once(names, name(scheme.mode()));
  return names;
}

std::vector<std::string> profile_choices() {
  std::vector<std::string> names;
  for (Profile profile : {Profile::kCpu, Profile::kMetal, Profile::kCuda}) {
    names.emplace_back(name(profile));
  }
  return names;
}

std::vector<std::string> dtype_choices() {
  std::vector<std::string> names;
  for (DType dtype : {DType::kF16, DType::kBF16, DType::kF32}) {
    names.emplace_back(torch_name(dtype));
  }
  return names;
}

std::vector<std::string> model_type_choices() {
  std::vector<std::string> names;
  for (const ModelType& type : model_types()) add_once(names, type.name);
  return names;
}

std::vector<std::string> model_domain_choices() {
  return {model_domains().begin(), model_domains().end()};
}

std::vector<std::string> isa_choices() {
  std::vector<std::string> names;
  for (const KernelTable* table : supported_tables()) names.emplace_back(table->name);
  return names;
}

}  // namespace decibit::cli
