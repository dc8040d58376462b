// SPDX-License-Identifier: Apache-2.0
// Numbers and what they count: units (5 km), fractions (2½, 3/4), spans (5-10), sizes (1920x1080),
// large round numbers (10k, 5M).
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "text/en/normalizer.h"
#include "text/en/number_words.h"
#include "text/pattern.h"

namespace decibit::text::en {
namespace {

using Text = std::optional<std::string>;

struct Unit {
  std::string_view sign;
  std::string_view one;
  std::string_view many;
};
// Signs that are also words (in, m, s, h, g, A) are here only if a number before them leaves no
// doubt.
constexpr Unit kUnits[] = {
    {"km", "kilometer", "kilometers"},
    {"cm", "centimeter", "centimeters"},
    {"mm", "millimeter", "millimeters"},
    {"μm", "micrometer", "micrometers"},
    {"nm", "nanometer", "nanometers"},
    {"m", "meter", "meters"},
    {"kg", "kilogram", "kilograms"},
    {"mg", "milligram", "milligrams"},
    {"μg", "microgram", "micrograms"},
    {"g", "gram", "grams"},
    {"lb", "pound", "pounds"},
    {"lbs", "pound", "pounds"},
    {"oz", "ounce", "ounces"},
    {"ft", "foot", "feet"},
    {"yd", "yard", "yards"},
    {"mi", "mile", "miles"},
    {"sq", "square", "square"},
    {"mph", "mile per hour", "miles per hour"},
    {"kph", "kilometer per hour", "kilometers per hour"},
    {"km/h", "kilometer per hour", "kilometers per hour"},
    {"m/s", "meter per second", "meters per second"},
    {"mpg", "mile per gallon", "miles per gallon"},
    {"rpm", "revolution per minute", "revolutions per minute"},
    {"fps", "frame per second", "frames per second"},
    {"dpi", "dot per inch", "dots per inch"},
    {"psi", "pound per square inch", "pounds per square inch"},
    {"Hz", "hertz", "hertz"},
    {"kHz", "kilohertz", "kilohertz"},
    {"MHz", "megahertz", "megahertz"},
    {"GHz", "giga hertz", "giga hertz"},
    {"KB", "kilobyte", "kilobytes"},
    {"kB", "kilobyte", "kilobytes"},
    {"MB", "megabyte", "megabytes"},
    {"GB", "gigabyte", "gigabytes"},
    {"TB", "terabyte", "terabytes"},
    {"PB", "petabyte", "petabytes"},
    {"KiB", "kibibyte", "kibibytes"},
    {"MiB", "mebibyte", "mebibytes"},
    {"GiB", "gibibyte", "gibibytes"},
    {"kbps", "kilobit per second", "kilobits per second"},
    {"Mbps", "megabit per second", "megabits per second"},
    {"Gbps", "gigabit per second", "gigabits per second"},
    {"W", "watt", "watts"},
    {"kW", "kilowatt", "kilowatts"},
    {"MW", "megawatt", "megawatts"},
    {"GW", "gigawatt", "gigawatts"},
    {"kWh", "kilowatt hour", "kilowatt hours"},
    {"V", "volt", "volts"},
    {"kV", "kilovolt", "kilovolts"},
    {"mV", "millivolt", "millivolts"},
    {"mA", "milliamp", "milliamps"},
    {"mAh", "milliamp hour", "milliamp hours"},
    {"Ω", "ohm", "ohms"},
    {"L", "liter", "liters"},
    {"l", "liter", "liters"},
    {"ml", "milliliter", "milliliters"},
    {"mL", "milliliter", "milliliters"},
    {"dB", "decibel", "decibels"},
    {"ms", "millisecond", "milliseconds"},
    {"μs", "microsecond", "microseconds"},
    {"ns", "nanosecond", "nanoseconds"},
    {"s", "second", "seconds"},
    {"sec", "second", "seconds"},
    {"secs", "second", "seconds"},
    {"min", "minute", "minutes"},
    {"mins", "minute", "minutes"},
    {"h", "hour", "hours"},
    {"hr", "hour", "hours"},
    {"hrs", "hour", "hours"},
    {"px", "pixel", "pixels"},
    {"kcal", "kilocalorie", "kilocalories"},
    {"cal", "calorie", "calories"},
    {"J", "joule", "joules"},
    {"kJ", "kilojoule", "kilojoules"},
    {"kPa", "kilopascal", "kilopascals"},
    {"hPa", "hectopascal", "hectopascals"},
    {"Pa", "pascal", "pascals"},
    {"ha", "hectare", "hectares"},
    {"tsp", "teaspoon", "teaspoons"},
    {"tbsp", "tablespoon", "tablespoons"},
    {"pt", "point", "points"},
    {"yrs", "year", "years"},
    {"yr", "year", "years"},
    {"gal", "gallon", "gallons"},
};

bool is_one(std::string_view number) { return number == "1"; }

std::string power(std::string_view sign) {
  if (sign == "²" || sign == "2") return "square ";
  if (sign == "³" || sign == "3") return "cubic ";
  return "";
}

const Unit* unit_of(std::string_view sign) {
  const auto* found = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [&](const Unit& u) { return u.sign == sign; });
  return found == std::end(kUnits) ? nullptr : found;
}

// 1: number, 2: hyphen or space, 3: sign, 4: power, 5: "/word"
Text unit(const Match& m) {
  const Unit* found = unit_of(m[3]);
  if (found == nullptr) return std::nullopt;
  // "1990s", "the 20s": a decade.
  if (m[3] == "s" && m[2].empty()) return std::nullopt;
  const std::string_view name = is_one(m[1]) ? found->one : found->many;
  std::string text = std::string(m[1]) + " " + power(m[4]) + std::string(name);
  if (!m[5].empty()) {
    const Unit* other = unit_of(m[5].substr(1));
    text += " per " + std::string(other != nullptr ? other->one : m[5].substr(1));
  }
  return text;
}

Text degrees(const Match& m) {
  std::string text = std::string(m[1]) + (is_one(m[1]) ? " degree" : " degrees");
  if (m[2] == "C") text += " Celsius";
  if (m[2] == "F") text += " Fahrenheit";
  return text;
}

Text feet_and_inches(const Match& m) {
  return std::string(m[1]) +
         (m[2].empty() ? (is_one(m[1]) ? " foot" : " feet") : " foot " + std::string(m[2]));
}

// "three quarters": the words of n/d, or none where nobody says it so.
Text fraction_words(int top, int bottom) {
  if (top < 1 || bottom < 2 || top >= bottom) return std::nullopt;
  if (bottom > 20 && bottom != 100 && bottom != 1000) return std::nullopt;
  std::string part;
  if (bottom == 2) {
    part = top == 1 ? "half" : "halves";
  } else {
    part = bottom == 4 ? "quarter" : ordinal_words(std::to_string(bottom)).back();
    if (bottom == 100 || bottom == 1000) part = bottom == 100 ? "hundredth" : "thousandth";
    if (top > 1) part += "s";
  }
  return cardinal_words(std::to_string(top))[0] + " " + part;
}

Text mixed(std::string_view whole, const std::string& fraction) {
  if (whole.empty()) return fraction;
  const std::string article = fraction == "one eighth" ? "an" : "a";
  const std::string part =
      fraction.substr(0, 4) == "one " ? article + fraction.substr(3) : fraction;
  return std::string(whole) + " and " + part;
}

Text fraction_sign(const Match& m) {
  static constexpr struct {
    std::string_view sign;
    int top, bottom;
  } kSigns[] = {{"½", 1, 2}, {"⅓", 1, 3}, {"⅔", 2, 3}, {"¼", 1, 4}, {"¾", 3, 4}, {"⅕", 1, 5},
                {"⅖", 2, 5}, {"⅗", 3, 5}, {"⅘", 4, 5}, {"⅙", 1, 6}, {"⅚", 5, 6}, {"⅛", 1, 8},
                {"⅜", 3, 8}, {"⅝", 5, 8}, {"⅞", 7, 8}, {"⅐", 1, 7}, {"⅑", 1, 9}, {"⅒", 1, 10}};
  for (const auto& row : kSigns) {
    if (row.sign == m[2]) return mixed(m[1], *fraction_words(row.top, row.bottom));
  }
  return std::nullopt;
}

Text fraction(const Match& m) {
  const int top = std::atoi(std::string(m[2]).c_str());
  const int bottom = std::atoi(std::string(m[3]).c_str());
  if (top == 24 && bottom == 7) return "24 7";
  if (top == 50 && bottom == 50) return "50 50";
  if (top == 9 && bottom == 11) return "9 11";
  if (m[1].empty() && top > 1 && (bottom == 10 || bottom == 100))
    return std::string(m[2]) + " out of " + std::string(m[3]);
  const Text words = fraction_words(top, bottom);
  if (words) return mixed(m[1], *words);
  if (!m[1].empty()) return std::nullopt;
  return std::string(m[2]) + " over " + std::string(m[3]);
}

/// Gate 12B, 221B Baker Street, a 5k run: the letter is a letter. misaki reads no letter as a
/// magnitude, so that what is one (12B parameters) is ours to tell.
bool is_label(const Match& m) {
  static const Pattern kPlace(
      "(?<!\\w)(?:apartment|apt\\.?|bay|block|building|bus|class|door|exit|exhibit|figure|flat|"
      "form|gate|grade|"
      "highway|house|line|live[sd]? (?:at|in)|living "
      "(?:at|in)|number|platform|room|route|row|seat|section|step|"
      "suite|table|terminal|unit|ward) \\z",
      Pattern::Case::kIgnored);
  static const Pattern kStreet(
      "\\A(?: [A-Z][a-z]{1,20}){1,3} "
      "(?:Avenue|Boulevard|Close|Court|Crescent|Drive|Gardens|Hill|Lane|Place|Road|"
      "Row|Square|Street|Terrace|Way)\\b");
  static const Pattern kRun("\\A[ -](?:run|race|walk|runner|runners|runs|races)\\b");
  // From a space on, which no character is cut at.
  std::string_view before = m.before();
  constexpr std::size_t kLongestPlace = 24;
  if (before.size() > kLongestPlace)
    before.remove_prefix(std::min(before.find(' ', before.size() - kLongestPlace), before.size()));
  if (m[2] == "k") return kRun.matches(m.after());
  return m[1].find('.') == m[1].npos && (kPlace.matches(before) || kStreet.matches(m.after()));
}

Text magnitude(const Match& m) {
  if (is_label(m)) return std::nullopt;
  const char letter = m[2][0];
  const char* word = letter == 'k' ? " thousand" : letter == 'M' ? " million" : " billion";
  return std::string(m[1]) + word;
}

std::string joined(const Match& m, const char* word) {
  return std::string(m[1]) + word + std::string(m[2]);
}

}  // namespace

std::string read_quantities(std::string text) {
  static const Pattern kHeight("(?<![\\w.'\"])(\\d{1,2})['′’]\\s?(\\d{1,2})(?:\"|″|''|”)");
  static const Pattern kFeet("(?<![\\w.'\"])(\\d{1,4})′()(?!\\w)");
  static const Pattern kInches(
      "(?<![\\w.'\"])(\\d{1,3}(?:\\.\\d)?)(?:″|-inch\\b|\\s?in\\.(?= [a-z(]))");
  static const Pattern kSize("(?<![\\w.,])(\\d{3,5})\\s?[xX×]\\s?(\\d{3,5})(?![\\w.])");
  static const Pattern kTimes("(?<![\\w.,])(\\d{1,4}(?:\\.\\d+)?)[x×](?= [A-Za-z])");
  static const Pattern kSpan(
      "(?<![\\w.,/"
      ":-])(\\d[\\d,]{0,15}(?:\\.\\d{1,4})?)[–-](\\d[\\d,]{0,15}(?:\\.\\d{1,4})?)(?![\\d:]|[.,/"
      "-]\\d|-\\w)");
  static const Pattern kDegrees(
      "(?<![\\w.,])(\\d{1,5}(?:\\.\\d{1,3})?)\\s?(?:°\\s?([CF])?|º([CF])|℃|℉)(?!\\w)");
  static const Pattern kFractionSign("(?<![\\w.,])(\\d{0,6})\\s?([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒])");
  static const Pattern kFraction(
      "(?<![\\w.,/$-])(?:(\\d{1,4})[ -])?(\\d{1,4})[/⁄](\\d{1,4})(?![\\w/]|[.,]\\d)");
  static const Pattern kMagnitude("(?<![\\w.,])(\\d{1,4}(?:\\.\\d{1,3})?)([kMB])(?![\\w/])");
  static const Pattern kUnit(
      "(?<![\\w.,/])(\\d[\\d,]{0,20}(?:\\.\\d{1,9})?)([ "
      "-]?)((?:km/h|m/s|[A-Za-zμΩ]{1,4}))([²³]|(?<=m|t)[23](?![\\w]))?"
      "(/[a-z]{1,7})?(?![\\w’'²³/])");
  static const Pattern kFeetInches("(?<=ft |feet |foot )(\\d{1,2})\\s?in\\b\\.?");
  static const Pattern kRatio("(?<![\\w:.,])(\\d{1,4}):(\\d{1,4})(?![\\w:]|[.,]\\d)");
  static const Pattern kPer("(?<=dollar|dollars|cent|cents|euro|euros|pounds|pound)/(?=[a-z])");
  static const Pattern kLooseComma("(?<=\\d),(?=\\d{1,2}(?!\\d)|\\d{4})");
  static const Pattern kChain("(?<![\\w.,-])\\d{1,5}(?:-\\d{1,5}){2,30}(?![\\w-])");
  static const Pattern kPerOther("(?<=\\d)/(?=[a-z]{2,12}\\b)");
  static const Pattern kRating("(?<![\\w.,/])(\\d{1,3}\\.\\d{1,2})/(\\d{1,3})(?![\\w/]|[.,]\\d)");
  text = kRating.replace(text, [](const Match& m) { return Text(joined(m, " out of ")); });
  text = kPerOther.replace(text, " per ");
  text = kLooseComma.replace(text, ", ");
  text = kChain.replace(text, [](const Match& m) {
    std::string spaced(m[0]);
    std::replace(spaced.begin(), spaced.end(), '-', ' ');
    return Text(spaced);
  });
  text = kRatio.replace(text, [](const Match& m) { return Text(joined(m, " to ")); });
  text = kPer.replace(text, " per ");
  text = kFeetInches.replace(text, [](const Match& m) {
    return Text(std::string(m[1]) + (is_one(m[1]) ? " inch" : " inches"));
  });
  text = kHeight.replace(text, feet_and_inches);
  text = kFeet.replace(text, feet_and_inches);
  text = kInches.replace(text, [](const Match& m) {
    if (m[0].back() == 'h') return Text(std::string(m[1]) + " inch");
    return Text(std::string(m[1]) + (is_one(m[1]) ? " inch" : " inches"));
  });
  text = kSize.replace(text, [](const Match& m) { return Text(joined(m, " by ")); });
  text = kTimes.replace(text, [](const Match& m) { return Text(std::string(m[1]) + " times"); });
  text = kDegrees.replace(text, [](const Match& m) {
    const bool celsius = m[0].find("℃") != std::string_view::npos;
    const bool fahrenheit = m[0].find("℉") != std::string_view::npos;
    const std::string_view scale = celsius ? "C" : fahrenheit ? "F" : m[2].empty() ? m[3] : m[2];
    return degrees(Match({m[0], m[1], scale}, m.before(), m.after()));
  });
  text = kFractionSign.replace(text, fraction_sign);
  text = kFraction.replace(text, fraction);
  static const Pattern kPartOfInch("(?<=half |third |quarter |quarters |eighth |eighths )in\\.");
  text = kPartOfInch.replace(text, "inches");
  text = kSpan.replace(text, [](const Match& m) -> Text {
    if (m.after().substr(0, 2) == " =" || m.after().substr(0, 1) == "=")
      return joined(m, " minus ");
    return joined(m, " to ");
  });
  text = kMagnitude.replace(text, magnitude);
  return kUnit.replace(text, unit);
}

}  // namespace decibit::text::en
