// SPDX-License-Identifier: Apache-2.0
// JSON as configs of speech models use it, which is JSON as Python reads and writes it: members
// keep their order, integers have any size, NaN and Infinity and a byte-order mark are read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.h"

namespace decibit {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;  // in file order
  /// An integer beyond 64 bits, as its decimal digits.
  struct BigInteger {
    std::string digits;
    bool operator==(const BigInteger&) const = default;
  };

  Json() = default;  // null
  Json(bool b) : value_(b) {}
  Json(int i) : value_(std::int64_t{i}) {}
  Json(std::int64_t i) : value_(i) {}
  Json(double d) : value_(d) {}
  Json(const char* s) : value_(std::string(s)) {}
  Json(std::string_view s) : value_(std::string(s)) {}
  Json(std::string s) : value_(std::move(s)) {}
  Json(BigInteger b) : value_(std::move(b)) {}
  Json(Array a) : value_(std::move(a)) {}
  Json(Object o) : value_(std::move(o)) {}

  enum class Duplicates { kLastWins, kError };
  /// Parses UTF-8 text. Errors (kBadInput) give line and column. At most 512 levels deep.
  static Result<Json> parse(std::string_view text, Duplicates duplicates = Duplicates::kLastWins);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_number() const {
    return is_integer() || std::holds_alternative<double>(value_) ||
           std::holds_alternative<BigInteger>(value_);
  }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Typed access: a null pointer when the value is of another kind.
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }
  Array* array() { return std::get_if<Array>(&value_); }
  Object* object() { return std::get_if<Object>(&value_); }
  const double* real() const { return std::get_if<double>(&value_); }
  const BigInteger* big_integer() const { return std::get_if<BigInteger>(&value_); }

  /// The member `key`, or null when this is no object or has none.
  const Json* find(std::string_view key) const;
  Json* find(std::string_view key);
  /// Replaces or appends a member; a null becomes an object first.
  Json& set(std::string_view key, Json value);
  /// Removes a member if it is there.
  void erase(std::string_view key);
  /// Sorts the members of this object (not of nested ones) by code points, as json.dumps would
  /// with sorted keys.
  void sort_members();

  /// The text of Python's json.dumps(value, indent=indent): ASCII escapes, floats by repr, no final
  /// newline. indent < 0: one line with separators "," and ":". NaN and infinities, which are no
  /// JSON, are written as null.
  std::string dump(int indent) const;

  bool operator==(const Json&) const = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, BigInteger, double, std::string, Array, Object>
      value_;
};

}  // namespace decibit
