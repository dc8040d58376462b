// SPDX-License-Identifier: Apache-2.0
// Regular expressions that rewrite text: a pattern, and a function that says what each match
// becomes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decibit::text {

/// One match: group 0 is all of it; groups that took no part are empty.
class Match {
 public:
  explicit Match(std::vector<std::string_view> groups, std::string_view before,
                 std::string_view after)
      : groups_(std::move(groups)), before_(before), after_(after) {}
  std::string_view operator[](std::size_t group) const {
    return group < groups_.size() ? groups_[group] : std::string_view();
  }
  /// The text around the match.
  [[nodiscard]] std::string_view before() const { return before_; }
  [[nodiscard]] std::string_view after() const { return after_; }

 private:
  std::vector<std::string_view> groups_;
  std::string_view before_;
  std::string_view after_;
};

/// A compiled expression of our own (PCRE syntax, UTF-8). May be used from several threads.
/// Write them so that no text makes them slow: bounded repetitions, and a look-behind that lets a
/// run of characters be tried from its first only.
class Pattern {
 public:
  enum class Case { kExact, kIgnored };
  explicit Pattern(const char* expression, Case letters = Case::kExact);

  /// `text` with each match replaced; none leaves the match as it is.
  using Rewrite = std::function<std::optional<std::string>(const Match&)>;
  [[nodiscard]] std::string replace(std::string_view text, const Rewrite& rewrite) const;
  [[nodiscard]] std::string replace(std::string_view text, std::string_view with) const;
  [[nodiscard]] bool matches(std::string_view text) const;  // anywhere in it

 private:
  std::shared_ptr<void> code_;
};

}  // namespace decibit::text
