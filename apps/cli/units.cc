// SPDX-License-Identifier: Apache-2.0
// Reading sizes and numbers off the command line, and writing them for people.
#include "cli/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace decibit::cli {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 13> kUnits = {{{"", 1},
                                                                         {"b", 1},
                                                                         {"k", 1e3},
                                                                         {"kb", 1e3},
                                                                         {"m", 1e6},
                                                                         {"mb", 1e6},
                                                                         {"g", 1e9},
                                                                         {"gb", 1e9},
                                                                         {"t", 1e12},
                                                                         {"tb", 1e12},
                                                                         {"kib", 0x1p10},
                                                                         {"mib", 0x1p20},
                                                                         {"gib", 0x1p30}}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view flag, std::string_view text) {
  const auto wrong = fail(ErrorCode::kUsage, fmt::format("{} cannot be \"{}\"", flag, text),
                          "a size such as 5GB, 500MB or 4GiB");
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc()) return wrong;
  std::string_view unit_text(rest, static_cast<std::size_t>(end - rest));
  if (unit_text.starts_with(' ')) unit_text.remove_prefix(1);
  const std::string unit = lower(unit_text);
  const auto found = std::ranges::find(kUnits, unit, &std::pair<std::string_view, double>::first);
  if (found == kUnits.end()) return wrong;
  const double bytes = number * found->second;
  if (!(bytes >= 1) || bytes >= 0x1p63) return wrong;
  return static_cast<std::uint64_t>(bytes);
}

Result<int> parse_integer(std::string_view flag, std::string_view text, int low, int high) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || number < low || number > high) {
    return fail(ErrorCode::kUsage, fmt::format("{} cannot be \"{}\"", flag, text),
                fmt::format("a whole number from {} to {}", low, high));
  }
  return number;
}

Result<double> parse_number(std::string_view flag, std::string_view text, double low, double high) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end && number >= low && number <= high) return number;
  return fail(ErrorCode::kUsage,
              fmt::format("{} {}: expected a number from {} to {}", flag, text, low, high));
}

Result<unsigned> parse_threads(std::string_view text) {
  if (text.empty()) return 0U;
  return static_cast<unsigned>(TRY(parse_integer("--threads", text, 1, 1024)));
}

std::string format_bytes(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  constexpr std::array<std::string_view, 6> kNames = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1e3;
  std::size_t unit = 0;
  // 999.5 would print as 1000: three digits belong to the next unit then.
  while (value >= 999.5 && unit + 1 < kNames.size()) {
    value /= 1e3;
    ++unit;
  }
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, kNames[unit]);
}

std::string format_duration(double seconds) {
  if (seconds < 59.95) return fmt::format("0:{:04.1f}", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

}  // namespace decibit::cli
