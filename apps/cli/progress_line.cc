// SPDX-License-Identifier: Apache-2.0
// The parts of the line and which of them give way on a narrow screen.
#include "cli/progress_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/units.h"

namespace decibit::cli {
namespace {

constexpr std::size_t kItemColumns = 32;
constexpr std::size_t kBarColumns = 24;

double fraction(const Progress& progress) {
  if (progress.total_bytes == 0) return 0;
  const double done = static_cast<double>(progress.done_bytes);
  return std::min(1.0, done / static_cast<double>(progress.total_bytes));
}

/// 0 while nothing can be said.
double bytes_per_second(const Progress& progress, const Pace& pace) {
  if (pace.seconds < 0.2 || progress.done_bytes <= pace.start_bytes) return 0;
  return static_cast<double>(progress.done_bytes - pace.start_bytes) / pace.seconds;
}

std::string time_left(const Progress& progress, double rate) {
  if (rate <= 0 || progress.done_bytes > progress.total_bytes) return "-:--";
  const double left = static_cast<double>(progress.total_bytes - progress.done_bytes) / rate;
  const auto seconds = static_cast<std::int64_t>(std::ceil(left));
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/// Both sizes in the unit of the whole, so that the text keeps its width while it counts.
std::string done_of_total(const Progress& progress, std::string_view between) {
  if (progress.counts_items)
    return fmt::format("{}{}{}", progress.done_bytes, between, progress.total_bytes);
  const std::string total = format_bytes(progress.total_bytes);
  const std::size_t space = total.find(' ');
  const std::size_t point = total.find('.');
  const auto decimals = static_cast<int>(point == std::string::npos ? 0 : space - point - 1);
  const double done = fraction(progress) * std::stod(total);
  return fmt::format("{:>{}.{}f}{}{}", done, space, decimals, between, total);
}

std::string bar(double done, const Terminal& terminal) {
  // Half cells double the resolution where the font has them.
  const std::size_t halves = static_cast<std::size_t>(done * 2 * kBarColumns);
  std::string filled, rest;
  for (std::size_t i = 0; i < kBarColumns; ++i) {
    if (2 * i + 1 < halves) {
      filled += terminal.utf8 ? "━" : "=";
    } else if (2 * i < halves) {
      filled += terminal.utf8 ? "╸" : ">";
    } else {
      rest += terminal.utf8 ? "─" : "-";
    }
  }
  return terminal.green(filled) + terminal.dim(rest);
}

}  // namespace

std::string progress_bar_line(const Progress& progress, const Pace& pace,
                              const Terminal& terminal) {
  const double rate = bytes_per_second(progress, pace);
  const std::string stage(progress.stage);
  const std::string percent = fmt::format("{:3.0f} %", std::floor(fraction(progress) * 100));
  std::vector<std::string> tail = {done_of_total(progress, "/")};
  if (rate > 0) {
    if (!progress.counts_items)
      tail.push_back(pad_left(format_bytes(static_cast<std::uint64_t>(rate)), 7) + "/s");
    tail.push_back("eta " + time_left(progress, rate));
  }
  if (pace.memory_bytes > 0) tail.push_back("mem " + format_bytes(pace.memory_bytes));

  // What is always there: stage, bar and percentage. The rest is taken while it fits.
  const auto room = static_cast<std::size_t>(std::max(terminal.columns - 1, 1));
  if (progress.total_bytes == 0) return shorten(stage + "  " + printable(progress.item), room);
  std::size_t used = display_width(stage) + 2 + kBarColumns + 2 + percent.size();
  if (used > room) return shorten(stage + " " + percent, room);
  std::string end;
  for (const std::string& part : tail) {
    if (used + 2 + display_width(part) > room) break;
    used += 2 + display_width(part);
    end += "  " + part;
  }
  std::string item;
  if (used + 2 + 12 <= room) {
    const std::size_t width = std::min(kItemColumns, room - used - 2);
    item = pad_right(shorten(printable(progress.item), width), width) + "  ";
  }
  return stage + "  " + item + bar(fraction(progress), terminal) + "  " + percent + end;
}

std::string progress_log_line(const Progress& progress, const Pace& pace) {
  if (progress.total_bytes == 0) return fmt::format("{}: {}", progress.stage, progress.item);
  const double rate = bytes_per_second(progress, pace);
  std::string line =
      fmt::format("{}: {:.0f} %, {}", progress.stage, std::floor(fraction(progress) * 100),
                  done_of_total(progress, " of "));
  if (rate > 0 && !progress.counts_items)
    line += fmt::format(", {}/s", format_bytes(static_cast<std::uint64_t>(rate)));
  if (rate > 0) line += fmt::format(", eta {}", time_left(progress, rate));
  return line;
}

}  // namespace decibit::cli
