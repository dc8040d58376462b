// SPDX-License-Identifier: Apache-2.0
// Reads JSON through nlohmann's SAX parser, which checks grammar and UTF-8 and knows positions.
//
// Python also writes NaN, Infinity and -Infinity, which that parser refuses. So the text is copied
// once, and outside strings
//   - every exponent mark `e` of a number becomes `E` (same value, same length), and then
//   - NaN becomes 0e0, Infinity 0e000000 and -Infinity -0e000000 (same lengths):
// only ours are spelled with a lower-case e, and all lines and columns stay what they were. The
// same pass limits the depth and refuses NUL bytes, which the parser would take for the end of the
// text.
#include "io/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <unordered_set>

namespace decibit {
namespace {

constexpr int kMaxDepth = 512;
constexpr std::string_view kNan = "0e0", kInfinity = "0e000000", kMinusInfinity = "-0e000000";

Error error_at(std::string_view text, std::size_t position, std::string_view what) {
  const std::string_view before = text.substr(0, position);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = position - (newline == before.npos ? 0 : newline + 1) + 1;
  return Error{ErrorCode::kBadInput, fmt::format("line {}, column {}: {}", line, column, what)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Replaces `token` at text[at] by `with` when it stands alone between JSON punctuation.
bool replace_token(std::string& text, std::size_t at, std::string_view token,
                   std::string_view with) {
  constexpr std::string_view kBefore = " \t\r\n[,:", kAfter = " \t\r\n],}";
  if (text.compare(at, token.size(), token) != 0) return false;
  const std::size_t end = at + token.size();
  if (at > 0 && kBefore.find(text[at - 1]) == kBefore.npos) return false;
  if (end < text.size() && kAfter.find(text[end]) == kAfter.npos) return false;
  text.replace(at, token.size(), with);
  return true;
}

/// The pass described at the top of this file.
Result<std::string> respell(std::string_view original) {
  std::string text(original.starts_with("\xEF\xBB\xBF") ? original.substr(3) : original);
  bool in_string = false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '\0') return Unexpected(error_at(text, i, "a NUL byte outside a string"));
    if ((c == '{' || c == '[') && ++depth > kMaxDepth)
      return Unexpected(error_at(text, i, fmt::format("more than {} levels deep", kMaxDepth)));
    if (c == '}' || c == ']') --depth;
    if (c == 'e' && i > 0 && is_digit(text[i - 1])) text[i] = 'E';
    if (c == 'N' && replace_token(text, i, "NaN", kNan)) i += kNan.size() - 1;
    if (c == 'I' && replace_token(text, i, "Infinity", kInfinity)) i += kInfinity.size() - 1;
    if (c == '-' && replace_token(text, i, "-Infinity", kMinusInfinity))
      i += kMinusInfinity.size() - 1;
  }
  return text;
}

double real_of(double value, const std::string& spelling) {
  using Limits = std::numeric_limits<double>;
  if (spelling == kNan) return Limits::quiet_NaN();
  if (spelling == kInfinity) return Limits::infinity();
  if (spelling == kMinusInfinity) return -Limits::infinity();
  return value;
}

/// Where the key of this number begins, counted from 0 over all objects in their order. `text` is
/// grammatical so far.
std::size_t position_of_key(std::string_view text, std::size_t number) {
  std::size_t string_begin = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
      string_begin = i;
    } else if (c == ':' && number-- == 0) {
      break;
    }
  }
  return string_begin;
}

/// Keeps the last value of each key at the place of the first, as Python's dict does.
void merge_duplicates(Json::Object& members) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return members[a].first < members[b].first;
  });
  bool any = false;
  std::vector<bool> drop(members.size(), false);
  for (std::size_t i = 0; i < order.size();) {
    const std::size_t first = order[i];
    std::size_t j = i + 1;
    for (; j < order.size() && members[order[j]].first == members[first].first; ++j) {
      any = true;
      members[first].second = std::move(members[order[j]].second);
      drop[order[j]] = true;
    }
    i = j;
  }
  if (!any) return;
  Json::Object kept;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (!drop[i]) kept.push_back(std::move(members[i]));
  members = std::move(kept);
}

/// Builds a Json from the parser's events. Containers under construction are on a stack of their
/// own, so nothing recurses.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  /// `text` is what the parser reads.
  Builder(std::string_view text, Json::Duplicates duplicates)
      : text_(text), duplicates_(duplicates) {}

  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(std::int64_t{value})); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= std::uint64_t{std::numeric_limits<std::int64_t>::max()})
      return add(Json(static_cast<std::int64_t>(value)));
    return add(Json(Json::BigInteger{std::to_string(value)}));
  }
  bool number_float(number_float_t value, const string_t& spelling) override {
    // Integers beyond 64 bits arrive here as well.
    if (spelling.find_first_of(".eE") == spelling.npos)
      return add(Json(Json::BigInteger{spelling}));
    return add(Json(real_of(value, spelling)));
  }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return false; }  // no JSON text leads here

  bool start_object(std::size_t) override {
    seen_.emplace_back();
    return open(Json(Json::Object{}));
  }
  bool start_array(std::size_t) override { return open(Json(Json::Array{})); }
  bool key(string_t& value) override {
    if (duplicates_ == Json::Duplicates::kError && !seen_.back().insert(value).second) {
      error_ = error_at(text_, position_of_key(text_, keys_),
                        fmt::format("the key \"{}\" occurs twice", value));
      return false;
    }
    ++keys_;
    stack_.back().object()->emplace_back(std::move(value), Json());
    return true;
  }
  bool end_array() override { return close(); }
  bool end_object() override {
    if (duplicates_ == Json::Duplicates::kLastWins) merge_duplicates(*stack_.back().object());
    seen_.pop_back();
    return close();
  }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& exception) override {
    if (dynamic_cast<const nlohmann::json::out_of_range*>(&exception) != nullptr) {
      error_ = error_at(text_, position - token.size(), "a number too large for a double");
      return false;
    }
    // "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while ...;
    // last read: '...'": the part between says it all, and the end may be of any size.
    std::string text = exception.what();
    if (const auto at = text.find("line "); at != text.npos) text.erase(0, at);
    text = text.substr(0, text.find("; last read"));
    error_ = Error{ErrorCode::kBadInput, text};
    return false;
  }

  Json root;
  const Error& error() const { return error_; }

 private:
  bool add(Json value) {
    if (stack_.empty()) {
      root = std::move(value);
    } else if (Json::Array* array = stack_.back().array()) {
      array->push_back(std::move(value));
    } else {
      stack_.back().object()->back().second = std::move(value);
    }
    return true;
  }
  bool open(Json container) {
    stack_.push_back(std::move(container));
    return true;
  }
  bool close() {
    Json done = std::move(stack_.back());
    stack_.pop_back();
    return add(std::move(done));
  }

  std::string_view text_;
  Json::Duplicates duplicates_;
  std::vector<Json> stack_;
  std::vector<std::unordered_set<std::string>> seen_;  // keys of each open object, under kError
  std::size_t keys_ = 0;                               // of the whole text
  Error error_;
};

template <class ObjectPointer>
auto find_in(ObjectPointer members, std::string_view key) -> decltype(&members->front().second) {
  if (members == nullptr) return nullptr;
  for (auto& member : *members)
    if (member.first == key) return &member.second;
  return nullptr;
}

}  // namespace

Result<Json> Json::parse(std::string_view text, Duplicates duplicates) {
  const std::string respelled = TRY(respell(text));
  Builder builder(respelled, duplicates);
  if (!nlohmann::json::sax_parse(respelled, &builder)) return Unexpected(builder.error());
  return std::move(builder.root);
}

const Json* Json::find(std::string_view key) const { return find_in(object(), key); }
Json* Json::find(std::string_view key) { return find_in(object(), key); }

Json& Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object{};
  DECIBIT_CHECK(is_object());
  if (Json* old = find(key)) return *old = std::move(value);
  return object()->emplace_back(std::string(key), std::move(value)).second;
}

void Json::erase(std::string_view key) {
  if (Object* members = object())
    std::erase_if(*members, [&](const Member& member) { return member.first == key; });
}

void Json::sort_members() {
  // Byte order of UTF-8 is the order of code points.
  if (Object* members = object())
    std::stable_sort(members->begin(), members->end(),
                     [](const Member& a, const Member& b) { return a.first < b.first; });
}

}  // namespace decibit
