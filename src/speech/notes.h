// SPDX-License-Identifier: Apache-2.0
// What a text of any length has to say about itself, each thing once.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/reporter.h"

namespace decibit::speech {

class Notes {
 public:
  static constexpr std::size_t kMost = 50;  // a damaged book would have thousands

  explicit Notes(Reporter& reporter) : reporter_(reporter) {}

  void add(const std::vector<std::string>& notes);
  /// Symbols that the model does not know.
  void add_unknown(std::u32string_view symbols);

 private:
  Reporter& reporter_;
  std::set<std::string> seen_;
  std::u32string unknown_;
};

}  // namespace decibit::speech
