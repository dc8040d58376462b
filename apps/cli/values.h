// SPDX-License-Identifier: Apache-2.0
// What the user wrote, by flag and argument name. No parser library shows through.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace decibit::cli {

class Values {
 public:
  /// Notes a flag or argument; each occurrence of a flag with a value adds one.
  void set(std::string_view name) { values_.try_emplace(std::string(name)); }
  void add(std::string_view name, std::string value) {
    values_[std::string(name)].push_back(std::move(value));
  }

  /// A flag that was given keeps that, and loses its values.
  void clear(std::string_view name) { values_[std::string(name)].clear(); }

  bool given(std::string_view name) const { return values_.find(name) != values_.end(); }
  /// The last value of a flag, or `otherwise` when it was not given or has none.
  std::string get(std::string_view name, std::string_view otherwise = {}) const {
    const std::vector<std::string> all = this->all(name);
    return all.empty() ? std::string(otherwise) : all.back();
  }
  /// Every value of a repeatable flag, in order.
  std::vector<std::string> all(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>() : found->second;
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

}  // namespace decibit::cli
