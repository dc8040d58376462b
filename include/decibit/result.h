// SPDX-License-Identifier: Apache-2.0
// Errors as values. Whatever comes from outside (files, JSON, arguments) yields a Result<T>;
// member names follow std::expected, which GCC 12 and clang 14 do not share in C++20.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace decibit {

/// Why something failed. The value is the exit code of the command line.
enum class ErrorCode {
  kInternal = 1,       // a fault of ours
  kUsage = 2,          // the call itself is wrong
  kNotFound = 3,       // a source is missing, or a target exists
  kBadInput = 4,       // the input is damaged or unsupported
  kDenied = 5,         // not allowed
  kNetwork = 6,        // network, or offline and not cached
  kResources = 7,      // memory or disk too small
  kStrict = 8,         // --strict, or a quality gate
  kSomeFailed = 9,     // some of several inputs
  kInterrupted = 130,  // Ctrl-C
  kBrokenPipe = 141    // the reader of a pipe left
};

/// One failure, in the user's words: what was read, what was expected, what was found.
/// `where`, `why` and `hint` are optional further lines (`hint` is printed as "try:").
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string where = {};
  std::string why = {};
  std::string hint = {};
};

/// Puts "context: " before the message, on the way up to a caller that knows more.
[[nodiscard]] Error with_context(Error error, std::string_view context);

/// The text for a terminal: "error: message" and one indented line each for where, why, try.
[[nodiscard]] std::string to_string(const Error& error);

namespace detail {
/// value() of an error, or error() of a value: a fault of the calling code, which ends the process.
[[noreturn]] void misused_result();
}  // namespace detail

struct Unexpected {
  Error error;
  explicit Unexpected(Error e) : error(std::move(e)) {}
};

/// return fail(ErrorCode::kBadInput, "...");
[[nodiscard]] inline Unexpected fail(ErrorCode code, std::string message, std::string hint = {}) {
  return Unexpected(Error{code, std::move(message), {}, {}, std::move(hint)});
}

template <class T>
class [[nodiscard]] Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a value or an Unexpected converts, as in
  // std::expected
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Unexpected u) : state_(std::in_place_index<1>, std::move(u.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return check_value(), std::get<0>(state_); }
  const T& value() const& { return check_value(), std::get<0>(state_); }
  T&& value() && { return check_value(), std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }

  Error& error() & { return check_error(), std::get<1>(state_); }
  const Error& error() const& { return check_error(), std::get<1>(state_); }
  Error&& error() && { return check_error(), std::get<1>(std::move(state_)); }

 private:
  void check_value() const {
    if (!has_value()) detail::misused_result();
  }
  void check_error() const {
    if (has_value()) detail::misused_result();
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Unexpected u) : error_(std::move(u.error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const {
    if (!has_value()) detail::misused_result();
  }
  Error& error() & { return check_error(), *error_; }
  const Error& error() const& { return check_error(), *error_; }
  Error&& error() && { return check_error(), std::move(*error_); }

 private:
  void check_error() const {
    if (has_value()) detail::misused_result();
  }
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace decibit
