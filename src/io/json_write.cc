// SPDX-License-Identifier: Apache-2.0
// Writes JSON byte for byte as Python's json.dumps does (cpython Lib/json/encoder.py), so that a
// config.json that was only passed through stays equal to what the reference writes.
#include <array>
#include <charconv>
#include <cmath>

#include "io/json.h"

namespace decibit {
namespace {

/// Python's repr(float): the shortest digits that read back as the same double; with an exponent of
/// at least two digits when the decimal exponent is below -4 or above 15.
void append_real(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 40> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                     std::chars_format::scientific);
  std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  const std::size_t mark = text.find('e');
  int exponent = 0;
  const std::size_t sign = text[mark + 1] == '+' ? 2 : 1;
  std::from_chars(text.data() + mark + sign, text.data() + text.size(), exponent);
  if (exponent < -4 || exponent > 15) {
    out += text;  // to_chars also writes two exponent digits and no ".0"
    return;
  }
  if (text.front() == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  std::string digits;
  for (char c : text.substr(0, text.find('e')))
    if (c != '.') digits += c;
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
    return;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() < whole + 1) digits.append(whole + 1 - digits.size(), '0');
  out.append(digits, 0, whole).append(".").append(digits, whole);
}

void append_escape(std::string& out, unsigned unit) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (unsigned shift : {12u, 8u, 4u, 0u}) out += kHex[(unit >> shift) & 15u];
}

/// Decodes one code point of UTF-8 at text[i] and moves i past it; U+FFFD for a broken byte, which
/// only strings made by code (a file name, say) can hold.
unsigned decode(std::string_view text, std::size_t& i) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
  };
  const unsigned lead = byte(i);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  unsigned code = length < 2 ? lead : lead & (0x7Fu >> length);
  bool good = length > 0;
  for (std::size_t k = 1; k < length; ++k) {
    good = good && (byte(i + k) & 0xC0u) == 0x80u;
    code = (code << 6) | (byte(i + k) & 0x3Fu);
  }
  constexpr std::array<unsigned, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  good = good && code >= kSmallest[length] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  i += good ? length : 1;
  return good ? code : 0xFFFD;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const unsigned code = decode(text, i);
    switch (code) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\b':
        out += "\\b";
        break;
      default:
        if (code >= 0x10000) {
          append_escape(out, 0xD800 + ((code - 0x10000) >> 10));
          append_escape(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
        } else if (code < ' ' || code > '~') {
          append_escape(out, code);
        } else {
          out += static_cast<char>(code);
        }
    }
  }
  out += '"';
}

class Writer {
 public:
  explicit Writer(int indent) : indent_(indent) {}

  void value(const Json& json) {
    if (const bool* b = json.boolean()) {
      text += *b ? "true" : "false";
    } else if (const auto* integer = json.integer()) {
      text += std::to_string(*integer);
    } else if (const auto* big = json.big_integer()) {
      text += big->digits;
    } else if (const double* real = json.real()) {
      append_real(text, *real);
    } else if (const auto* string = json.string()) {
      append_string(text, *string);
    } else if (const auto* array = json.array()) {
      list('[', ']', *array, [this](const Json& item) { value(item); });
    } else if (const auto* members = json.object()) {
      list('{', '}', *members, [this](const Json::Member& member) {
        append_string(text, member.first);
        text += indent_ < 0 ? ":" : ": ";
        value(member.second);
      });
    } else {
      text += "null";
    }
  }

  std::string text;

 private:
  template <class Items, class WriteItem>
  void list(char open, char close, const Items& items, WriteItem write_item) {
    text += open;
    ++depth_;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) text += ',';
      line_break();
      write_item(items[i]);
    }
    --depth_;
    if (!items.empty()) line_break();
    text += close;
  }

  void line_break() {
    if (indent_ < 0) return;
    text += '\n';
    text.append(static_cast<std::size_t>(indent_) * depth_, ' ');
  }

  int indent_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string Json::dump(int indent) const {
  Writer writer(indent);
  writer.value(*this);
  return std::move(writer.text);
}

}  // namespace decibit
