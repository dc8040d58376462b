// SPDX-License-Identifier: Apache-2.0
// Signs that are spoken as words: arithmetic between numbers, and single symbols. What has no
// reading stays, and the tokenizer reports it.
#include <string>
#include <unordered_map>

#include "text/en/normalizer.h"
#include "text/pattern.h"

namespace decibit::text::en {
namespace {

using Text = std::optional<std::string>;

// One operand ends before these signs, and another begins behind them.
#define BEFORE "(?<=[\\w%)°!²³])"
#define BEHIND "(?=[\\w($√π.+-])"

const std::unordered_map<std::string_view, std::string_view>& readings() {
  static const std::unordered_map<std::string_view, std::string_view> kReadings = {
      {"=", "equals"},
      {"≠", "is not equal to"},
      {"≈", "is about"},
      {"≤", "is at most"},
      {"≥", "is at least"},
      {"±", "plus or minus"},
      {"×", "times"},
      {"÷", "divided by"},
      {"√", "square root of"},
      {"∞", "infinity"},
      {"π", "pi"},
      {"°", "degrees"},
      {"§", "section"},
      {"¶", "paragraph"},
      {"©", "copyright"},
      {"‰", "per mille"},
      {"→", "to"},
      {"←", "from"},
      {"∑", "sum of"},
      {"∫", "integral of"},
      {"∂", "partial"},
      {"∈", "in"},
      {"α", "alpha"},
      {"β", "beta"},
      {"γ", "gamma"},
      {"δ", "delta"},
      {"ε", "epsilon"},
      {"ζ", "zeta"},
      {"η", "eta"},
      {"θ", "theta"},
      {"κ", "kappa"},
      {"λ", "lambda"},
      {"μ", "mu"},
      {"ν", "nu"},
      {"ξ", "xi"},
      {"ρ", "rho"},
      {"σ", "sigma"},
      {"τ", "tau"},
      {"φ", "phi"},
      {"χ", "chi"},
      {"ψ", "psi"},
      {"ω", "omega"},
      {"Δ", "delta"},
      {"Σ", "sigma"},
      {"Ω", "omega"},
      {"Π", "pi"},
      {"Λ", "lambda"},
      {"Φ", "phi"},
      {"Ψ", "psi"},
      {"Θ", "theta"},
      {"$", "dollar"},
      {"£", "pound"},
      {"€", "euro"},
      {"¥", "yen"},
      {"¢", "cent"},
      {"№", "number"},
      {"♯", "sharp"},
      {"♭", "flat"},
      {"™", ""},
      {"®", ""},
      {"•", ","},
      {"·", ""},
  };
  return kReadings;
}

Text symbol(const Match& m) {
  const auto found = readings().find(m[1]);
  if (found == readings().end()) return std::nullopt;
  if (found->second.empty()) return "";
  if (found->second == ",") return ",";
  return " " + std::string(found->second) + " ";
}

Text power(const Match& m) {
  if (m[1] == "²" || m[1] == "2") return " squared";
  if (m[1] == "³" || m[1] == "3") return " cubed";
  return " to the power of " + std::string(m[1]);
}

}  // namespace

std::string read_operators(std::string text) {
  static const Pattern kSquared("(?<=[A-Za-z0-9)])([²³])");
  static const Pattern kPower("(?<=[A-Za-z0-9)])\\s?\\^\\s?(-?\\d{1,4}|[a-z])(?!\\w)");
  static const Pattern kTimes("(?<=[\\d%)])\\s?(?:×|\\*)\\s?" BEHIND
                              "|(?<=\\d) x (?=\\d)|(?<=\\d)x(?=\\d)|" BEFORE " (?:×|\\*) " BEHIND);
  static const Pattern kMinus(
      "(?<=[\\d%)°]) - (?=[\\d($a-z] ?)(?=\\S{1,12}(?: [=+*/×÷-] | "
      "?=|$|[.,;?]))|(?<=\\d)-(?=\\d{1,12} ?=)|" BEFORE " − " BEHIND);
  static const Pattern kPlus("(?<=[\\d%)])\\+(?=[\\d(])");
  static const Pattern kDivided("(?<=[\\d%)])\\s?÷\\s?|(?<=[\\d%)]) / (?=\\d)");
  static const Pattern kEquals("\\s?(?<![<>=!:])={1,2}(?![=>])\\s?" BEHIND "|" BEFORE
                               "\\s?={1,2}(?=\\s|$)");
  static const Pattern kAtMost("\\s?(?:<=|≤)\\s?(?=[\\w.-])");
  static const Pattern kAtLeast("\\s?(?:>=|≥)\\s?(?=[\\w.-])");
  static const Pattern kLess("(?<=[\\w%)]) < (?=[\\w.(-])|(?<=\\d)<(?=\\d)");
  static const Pattern kMore("(?<=[\\w%)]) > (?=[\\w.(-])|(?<=\\d)>(?=\\d)");
  static const Pattern kLessAlone("(?<![\\w<])<(?=\\d)");
  static const Pattern kMoreAlone("(?<![\\w>-])>(?=\\d)");
  static const Pattern kAbout("(?<!\\w)[~≈]\\s?(?=[\\d$])");
  static const Pattern kNumber("(?<![\\w#&])#(?=\\d)");
  static const Pattern kHashtag("(?<![\\w#&])#(?=[A-Za-z])");
  static const Pattern kWithout("(?<![\\w/])[wW]/[oO](?!\\w)");
  static const Pattern kWith("(?<![\\w/])[wW]/(?= ?[a-z])");
  static const Pattern kSharp("\\b([A-G]|C|F)#(?!\\w)");
  static const Pattern kSymbol(
      "([=≠≈≤≥±×÷√∞π°§¶©‰→←∑∫∂∈αβγδεζηθκλμνξρστφχψωΔΣΩΠΛΦΨΘ$£€¥¢№♯♭™®•·])");
  text = kSquared.replace(text, power);
  text = kPower.replace(text, power);
  text = kTimes.replace(text, " times ");
  text = kMinus.replace(text, " minus ");
  text = kPlus.replace(text, " plus ");
  text = kDivided.replace(text, " divided by ");
  text = kEquals.replace(text, " equals ");
  text = kAtMost.replace(text, " is at most ");
  text = kAtLeast.replace(text, " is at least ");
  text = kLess.replace(text, " is less than ");
  text = kMore.replace(text, " is greater than ");
  text = kLessAlone.replace(text, "less than ");
  text = kMoreAlone.replace(text, "more than ");
  text = kAbout.replace(text, "about ");
  text = kSharp.replace(text, [](const Match& m) { return Text(std::string(m[1]) + " sharp"); });
  text = kNumber.replace(text, "number ");
  text = kHashtag.replace(text, "hashtag ");
  text = kWithout.replace(text, "without");
  text = kWith.replace(text, "with ");
  return kSymbol.replace(text, symbol);
}

}  // namespace decibit::text::en
