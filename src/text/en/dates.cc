// SPDX-License-Identifier: Apache-2.0
// Days, clock times and spans of years, in the American order: 6/13/2024 is June 13th, 2024.
#include <array>
#include <cstdlib>
#include <string>

#include "text/en/normalizer.h"
#include "text/pattern.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

using Text = std::optional<std::string>;

constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                 "May",       "June",     "July",     "August",
                                                 "September", "October",  "November", "December"};
#define MONTHS                                                                                     \
  "(Jan(?:uary|\\.)?|Feb(?:ruary|\\.)?|Mar(?:ch|\\.)?|Apr(?:il|\\.)?|May|June?\\.?|July?\\.?|Aug(" \
  "?:ust|\\.)?|"                                                                                   \
  "Sept?(?:ember|\\.)?|Oct(?:ober|\\.)?|Nov(?:ember|\\.)?|Dec(?:ember|\\.)?)"

int number(std::string_view digits) { return std::atoi(std::string(digits).c_str()); }

std::string month_name(std::string_view month) {
  for (const char* name : kMonths) {
    if (month.substr(0, 3) == std::string_view(name).substr(0, 3)) return name;
  }
  return std::string(month);
}

std::string ordinal(int day) {
  const int last = day % 10;
  const bool teen = day / 10 % 10 == 1;
  return std::to_string(day) + (teen || last > 3 || last == 0 ? "th"
                                : last == 1                   ? "st"
                                : last == 2                   ? "nd"
                                                              : "rd");
}

Text day_of(int month, int day, std::string_view year) {
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  std::string text = std::string(kMonths[static_cast<std::size_t>(month - 1)]) + " " + ordinal(day);
  if (!year.empty()) text += ", " + std::string(year);
  return text;
}

Text iso_date(const Match& m) { return day_of(number(m[2]), number(m[3]), m[1]); }

Text slashed_date(const Match& m) {
  const int first = number(m[1]);
  const int second = number(m[2]);
  // Two digits of a year: this century's, as far as a reader would take them for it.
  const std::string year =
      m[3].size() == 2 ? (number(m[3]) < 50 ? "20" : "19") + std::string(m[3]) : std::string(m[3]);
  return first > 12 ? day_of(second, first, year) : day_of(first, second, year);
}

Text month_and_day(const Match& m) {
  const int day = number(m[2]);
  if (day < 1 || day > 31) return std::nullopt;
  return month_name(m[1]) + " " + ordinal(day);
}
Text day_and_month(const Match& m) {
  const int day = number(m[1]);
  if (day < 1 || day > 31) return std::nullopt;
  return ordinal(day) + " of " + month_name(m[2]);
}
Text month_alone(const Match& m) { return month_name(m[0]); }

Text weekday(const Match& m) {
  static constexpr std::array<const char*, 5> kDays = {"Monday", "Tuesday", "Wednesday", "Thursday",
                                                       "Friday"};
  for (const char* day : kDays) {
    if (m[1].substr(0, 3) == std::string_view(day).substr(0, 3)) return day;
  }
  return std::nullopt;
}

// Whether a dot that belonged to "p.m." also ended the sentence.
bool sentence_ends(std::string_view after) {
  const std::size_t next = after.find_first_not_of(" \"')”’");
  if (next == std::string_view::npos || after[next] == '\n') return true;
  return next > 0 &&
         ((after[next] >= 'A' && after[next] <= 'Z') || (after[next] >= '0' && after[next] <= '9'));
}

// "a.m" is read as its letters; its own last dot would look like a full stop.
std::string half_of_day(std::string_view letter, bool dotted, std::string_view after) {
  std::string text = letter == "a" || letter == "A" ? "a.m" : "p.m";
  if (dotted && sentence_ends(after)) text += ".";
  return text;
}

std::string minutes_after(int hour, std::string_view minutes, bool half_follows) {
  std::string text = std::to_string(hour);
  if (minutes == "00")
    return half_follows ? text : text + (hour > 12 || hour == 0 ? " hundred" : " o'clock");
  return text + (minutes[0] == '0' ? " oh " : " ") + std::to_string(number(minutes));
}

Text clock(const Match& m) {
  const int hour = number(m[1]);
  if (hour > 24 || number(m[2]) > 59) return std::nullopt;
  std::string text = minutes_after(hour, m[2], !m[4].empty());
  if (!m[3].empty()) text += " and " + std::to_string(number(m[3])) + " seconds";
  if (!m[4].empty()) text += " " + half_of_day(m[4], !m[5].empty(), m.after());
  return text;
}

Text full_hour(const Match& m) {
  return std::string(m[1]) + " " + half_of_day(m[2], !m[3].empty(), m.after());
}

Text span_of_years(const Match& m) { return std::string(m[1]) + " to " + std::string(m[2]); }

}  // namespace

std::string read_dates(std::string text) {
  static const Pattern kIso("(?<![\\w.-])([12]\\d{3})-(\\d{2})-(\\d{2})(?![\\w-]|\\.\\d)");
  static const Pattern kSlashed(
      "(?<![\\w./-])(\\d{1,2})[/.](\\d{1,2})[/.]((?:19|20)\\d{2})(?![\\w/-]|\\.\\d)"
      "|(?<![\\w./-])(\\d{1,2})/(\\d{1,2})/(\\d{2})(?![\\w/-])");
  static const Pattern kMonthDay("\\b" MONTHS
                                 " (\\d{1,2})(?:st|nd|rd|th)?(?![\\w:%]|[.,]\\d|[-–/]\\d{3})");
  static const Pattern kDayMonth("(?<![\\w.,:$-])(\\d{1,2})(?:st|nd|rd|th)?(?: of)? " MONTHS
                                 "(?=[\\s,.;:!?)]|$)");
  static const Pattern kMonthDot(
      "\\b(?:Jan|Feb|Apr|Aug|Sept?|Oct|Nov|Dec)\\.(?= )|\\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|"
      "Oct|Nov|Dec)\\.?(?=,? \\d{4}\\b)");
  static const Pattern kWeekday("\\b(Mon|Tues?|Wed|Thu(?:rs?)?|Fri)\\.(?=,? )");
  static const Pattern kClock(
      "(?<![\\w:.,$])(\\d{1,2}):(\\d{2})(?::(\\d{2}))?(?:\\s?([AaPp])\\.?[Mm]\\b(\\.?))?(?![\\w:]"
      ")");
  static const Pattern kHour("(?<![\\w:.,$])(\\d{1,2})\\s?([AaPp])(?:\\.[Mm](\\.?)|[Mm])(?!\\w)");
  static const Pattern kYears(
      "(?<![\\w.,-])([12]\\d{3})[-–—]((?:[12]\\d)?\\d{2})(?![\\w-]|[.,]\\d)");
  static const Pattern kDecade("(?<![\\w])['’](\\d0s)\\b");
  static const Pattern kHours(
      "(?<![\\w.:$])(\\d{1,2}(?::\\d{2}(?:\\s?[AaPp]\\.?[Mm]\\.?)?|\\s?[AaPp]\\.?[Mm]\\.?))\\s?[-"
      "–—]\\s?"
      "(?=\\d{1,2}(?::\\d{2}|\\s?[AaPp]\\.?[Mm]))");
  text = kHours.replace(text, [](const Match& m) { return Text(std::string(m[1]) + " to "); });
  text = kIso.replace(text, iso_date);
  text = kSlashed.replace(text, [](const Match& m) {
    return m[1].empty() ? slashed_date(Match({m[0], m[4], m[5], m[6]}, m.before(), m.after()))
                        : slashed_date(m);
  });
  text = kDayMonth.replace(text, day_and_month);
  text = kMonthDay.replace(text, month_and_day);
  text = kMonthDot.replace(text, month_alone);
  text = kWeekday.replace(text, weekday);
  text = kClock.replace(text, clock);
  text = kHour.replace(text, full_hour);
  text = kYears.replace(text, span_of_years);
  return kDecade.replace(text, [](const Match& m) { return Text(m[1]); });
}

}  // namespace decibit::text::en
