// SPDX-License-Identifier: Apache-2.0
// Amounts of money, the unit after the number: $3.50 is "3 dollars and 50 cents", $3.5 million is
// "3.5 million dollars". Numbers stay digits, with commas, so that none is taken for a year.
#include <algorithm>
#include <string>

#include "text/en/normalizer.h"
#include "text/pattern.h"

namespace decibit::text::en {
namespace {

using Text = std::optional<std::string>;

struct Currency {
  std::string_view sign;
  std::string_view one;
  std::string_view many;
  std::string_view cent;  // empty if it has none that is spoken
  std::string_view cents;
};
constexpr Currency kCurrencies[] = {
    {"$", "dollar", "dollars", "cent", "cents"},
    {"£", "pound", "pounds", "penny", "pence"},
    {"€", "euro", "euros", "cent", "cents"},
    {"¥", "yen", "yen", "", ""},
    {"₹", "rupee", "rupees", "", ""},
    {"₩", "won", "won", "", ""},
    {"₽", "ruble", "rubles", "", ""},
    {"₿", "bitcoin", "bitcoins", "", ""},
    {"₪", "shekel", "shekels", "", ""},
    {"₺", "lira", "lira", "", ""},
};

const Currency& currency_of(std::string_view sign) {
  return *std::find_if(std::begin(kCurrencies), std::end(kCurrencies),
                       [&](const Currency& c) { return c.sign == sign; });
}

std::string with_commas(std::string_view number) {
  std::string digits;
  std::copy_if(number.begin(), number.end(), std::back_inserter(digits),
               [](char c) { return c != ','; });
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::string_view magnitude(std::string_view letter) {
  if (letter == "k" || letter == "K") return "thousand";
  if (letter == "m" || letter == "M" || letter == "mn") return "million";
  if (letter == "b" || letter == "B" || letter == "bn") return "billion";
  if (letter == "t" || letter == "T" || letter == "tn") return "trillion";
  return letter;
}

// 1: minus, 2: sign, 3: whole, 4: decimals, 5: letter of a magnitude, 6: word of one
Text amount(const Match& m) {
  const Currency& currency = currency_of(m[2]);
  const std::string whole = with_commas(m[3].empty() ? "0" : m[3]);
  const std::string decimals(m[4]);
  const std::string minus = m[1].empty() ? "" : "minus ";
  const std::string_view word = m[5].empty() ? m[6] : magnitude(m[5]);
  const std::string plain = decimals.empty() ? whole : whole + "." + decimals;
  if (!word.empty())
    return minus + plain + " " + std::string(word) + " " + std::string(currency.many);
  // A $5 bill: the unit as part of a name stands in the singular.
  const std::string before =
      " " + std::string(
                m.before().substr(m.before().size() - std::min<std::size_t>(3, m.before().size())));
  const bool article =
      ends_with(before, " a ") || ends_with(before, " A ") || ends_with(before, " an ");
  const bool name = article && m.after().size() > 1 && m.after()[0] == ' ' && m.after()[1] >= 'a' &&
                    m.after()[1] <= 'z';
  if (name && decimals.empty() && word.empty())
    return minus + whole + " " + std::string(currency.one);
  const std::string units = whole + " " + std::string(whole == "1" ? currency.one : currency.many);
  if (decimals.empty() || decimals == "00") return minus + units;
  if (decimals.size() != 2 || currency.cent.empty())
    return minus + plain + " " + std::string(currency.many);
  const std::string cent_count = decimals[0] == '0' ? decimals.substr(1) : decimals;
  const std::string cents =
      cent_count + " " + std::string(cent_count == "1" ? currency.cent : currency.cents);
  return minus + (whole == "0" ? cents : units + " and " + cents);
}

}  // namespace

std::string read_money(std::string text) {
  static const Pattern kRange(
      "(?<!\\w)([$£€¥₹])(\\d[\\d,]{0,20}(?:\\.\\d+)?)\\s?[-–—]\\s?[$£€¥₹]?(\\d)");
  static const Pattern kAmount(
      "(?<![\\w.])(?:US|CA|AU|NZ|HK)?(-?)"
      "([$£€¥₹₩₽₿₪₺])\\s?"
      "(\\d[\\d,]{0,60}(?<!,)|(?=\\.\\d))"
      "(?:\\.(\\d{1,20}))?"
      "(?:(?:\\s?(k|K|[Mm]n?|[Bb]n?|T|tn)(?![\\w]))|[\\s-](thousand|million|billion|trillion|"
      "hundred)\\b)?");
  static const Pattern kCents("(?<![\\w.,])(\\d{1,3})\\s?¢");
  static const Pattern kBehind(
      "(?<![\\w.,])(\\d[\\d,]{0,60}(?<!,))(?:[.,](\\d{2}))?\\s?([€₽])(?!\\d)");
  text = kRange.replace(text, [](const Match& m) {
    const std::string sign(m[1]);
    return Text(std::string(m[2]) + " to " + sign + std::string(m[3]));
  });
  text = kAmount.replace(text, amount);
  text = kBehind.replace(text, [](const Match& m) {
    return amount(Match({m[0], "", m[3], m[1], m[2]}, m.before(), m.after()));
  });
  return kCents.replace(text, [](const Match& m) {
    return Text(std::string(m[1]) + (m[1] == "1" ? " cent" : " cents"));
  });
}

}  // namespace decibit::text::en
