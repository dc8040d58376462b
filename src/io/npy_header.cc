// SPDX-License-Identifier: Apache-2.0
#include "io/npy_header.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace decibit {
namespace {

constexpr std::size_t kMaxDimensions = 64;  // NumPy's own limit

constexpr std::array<std::pair<std::string_view, DType>, 14> kTypes = {{
    {"f4", DType::kF32},
    {"f2", DType::kF16},
    {"f8", DType::kF64},
    {"V2", DType::kBF16},  // ml_dtypes.bfloat16, which NumPy saves without its name
    {"i1", DType::kI8},
    {"i2", DType::kI16},
    {"i4", DType::kI32},
    {"i8", DType::kI64},
    {"u1", DType::kU8},
    {"u2", DType::kU16},
    {"u4", DType::kU32},
    {"u8", DType::kU64},
    {"b1", DType::kBool},
    {"c8", DType::kC64},
}};

Unexpected bad(std::string what) {
  return fail(ErrorCode::kBadInput, "the .npy header " + std::move(what));
}

Result<DType> parse_descr(std::string_view descr) {
  if (!descr.empty()) {
    const char order = descr.front();
    const std::string_view type = descr.substr(1);
    for (const auto& [name, dtype] : kTypes) {
      if (type != name) continue;
      if (order == '<' || order == '|' || order == '=') return dtype;
      if (order == '>')
        return fail(ErrorCode::kBadInput,
                    fmt::format("its type '{}' is big-endian, which is not read", descr),
                    "save it from Python as x.astype(x.dtype.newbyteorder('<'))");
    }
    if (type.starts_with('O'))
      return fail(ErrorCode::kBadInput, "it holds Python objects, which are not unpickled");
  }
  return fail(ErrorCode::kBadInput, fmt::format("its type '{}' is none that weights have", descr));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NpyHeader> parse() {
    if (!take('{')) return bad("is no dict");
    while (!take('}')) {
      const std::string_view key = TRY(quoted());
      if (!take(':')) return bad(fmt::format("lacks a colon behind '{}'", key));
      TRY(value(key));
      if (!take(',') && peek() != '}') return bad("lacks a comma");
    }
    skip_space();
    if (at_ != text_.size()) return bad("goes on behind its dict");
    if (!dtype_ || !fortran_order_ || !shape_)
      return bad("lacks 'descr', 'fortran_order' or 'shape'");
    return NpyHeader{*dtype_, *fortran_order_, *shape_};
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Result<std::string_view> quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') return bad("lacks a quoted string");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == text_.npos) return bad("has a string without an end");
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return inside;
  }

  Status value(std::string_view key) {
    if (key == "descr" && !dtype_) {
      if (peek() == '[') return fail(ErrorCode::kBadInput, "it is a structured array");
      const std::string_view descr = TRY(quoted());
      dtype_ = TRY(parse_descr(descr));
    } else if (key == "fortran_order" && !fortran_order_) {
      fortran_order_ = take("True");
      if (!*fortran_order_ && !take("False")) return bad("has a 'fortran_order' that is no bool");
    } else if (key == "shape" && !shape_) {
      shape_ = TRY(tuple());
    } else {
      return bad(fmt::format("has an unknown or repeated key '{}'", key));
    }
    return {};
  }

  Result<Shape> tuple() {
    if (!take('(')) return bad("has a 'shape' that is no tuple");
    Shape shape;
    while (!take(')')) {
      skip_space();
      std::int64_t dimension = -1;
      const auto [end, error] =
          std::from_chars(text_.data() + at_, text_.data() + text_.size(), dimension);
      if (error != std::errc() || dimension < 0 || shape.size() == kMaxDimensions)
        return bad("has an impossible 'shape'");
      at_ = static_cast<std::size_t>(end - text_.data());
      take('L');  // written by Python 2
      if (!take(',') && peek() != ')') return bad("has a 'shape' without commas");
      shape.push_back(dimension);
    }
    return shape;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<DType> dtype_;
  std::optional<bool> fortran_order_;
  std::optional<Shape> shape_;
};

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view text) { return Parser(text).parse(); }

}  // namespace decibit
