// SPDX-License-Identifier: Apache-2.0
// Regular expressions over tensor names, as users write them in --rule and --tensors. Perl syntax
// (PCRE2), UTF-8, unanchored: "fc1" finds every name that contains it.
#pragma once

#include <memory>
#include <string_view>

#include "core/result.h"

namespace decibit {

class Regex {
 public:
  /// kUsage for a pattern that is no expression; the message points at the place.
  static Result<Regex> compile(std::string_view pattern);

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// Whether the pattern occurs anywhere in `text`. A search that backtracks beyond reason (a
  /// million steps; names are some hundred bytes) counts as not found. Any thread may search.
  bool search(std::string_view text) const;

 private:
  struct Code;
  explicit Regex(std::unique_ptr<Code> code);
  std::unique_ptr<Code> code_;
};

}  // namespace decibit
