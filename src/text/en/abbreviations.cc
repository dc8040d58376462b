// SPDX-License-Identifier: Apache-2.0
// Shortened words, where a dot or their neighbours tell that they are: St. James, Main St., Prof.,
// e.g.; and the numbers that are letters: Chapter IV, Henry VIII.
#include <array>
#include <optional>
#include <string>
#include <unordered_map>

#include "text/en/normalizer.h"
#include "text/en/number_words.h"
#include "text/pattern.h"

namespace decibit::text::en {
namespace {

using Text = std::optional<std::string>;

// What a title or a shortened word is short for. A dot that also ends the sentence stays.
const std::unordered_map<std::string_view, std::string_view>& words() {
  static const std::unordered_map<std::string_view, std::string_view> kWords = {
      {"Prof", "Professor"},
      {"Capt", "Captain"},
      {"Col", "Colonel"},
      {"Gen", "General"},
      {"Lt", "Lieutenant"},
      {"Sgt", "Sergeant"},
      {"Cpl", "Corporal"},
      {"Maj", "Major"},
      {"Cmdr", "Commander"},
      {"Adm", "Admiral"},
      {"Rev", "Reverend"},
      {"Hon", "Honorable"},
      {"Sen", "Senator"},
      {"Rep", "Representative"},
      {"Gov", "Governor"},
      {"Pres", "President"},
      {"Supt", "Superintendent"},
      {"Messrs", "Messers"},
      {"Mme", "Madame"},
      {"Mlle", "Mademoiselle"},
      {"Jr", "Junior"},
      {"Sr", "Senior"},
      {"Inc", "Incorporated"},
      {"Ltd", "Limited"},
      {"Corp", "Corporation"},
      {"Bros", "Brothers"},
      {"Dept", "Department"},
      {"dept", "department"},
      {"Univ", "University"},
      {"Assn", "Association"},
      {"Ave", "Avenue"},
      {"Blvd", "Boulevard"},
      {"Rd", "Road"},
      {"Ln", "Lane"},
      {"Hwy", "Highway"},
      {"Pkwy", "Parkway"},
      {"Apt", "Apartment"},
      {"Mt", "Mount"},
      {"approx", "approximately"},
      {"Approx", "Approximately"},
      {"vs", "versus"},
      {"ca", "circa"},
      {"cf", "compare"},
      {"est", "established"},
      {"max", "maximum"},
      {"avg", "average"},
      {"misc", "miscellaneous"},
      {"tel", "telephone"},
      {"Tel", "Telephone"},
      {"govt", "government"},
      {"Govt", "Government"},
      {"incl", "including"},
      {"excl", "excluding"},
      {"e.g", "for example"},
      {"E.g", "For example"},
      {"i.e", "that is"},
      {"I.e", "That is"},
      {"eds", "editors"},
      {"Mr", "Mister"},
      {"Mrs", "Missus"},
  };
  return kWords;
}

bool sentence_ends(std::string_view after) {
  const std::size_t next = after.find_first_not_of(" \"')”’");
  return next == std::string_view::npos || after[next] == '\n';
}
bool capital_follows(std::string_view after) {
  return after.size() > 1 && after[0] == ' ' && after[1] >= 'A' && after[1] <= 'Z';
}
bool number_follows(std::string_view after) {
  return after.size() > 1 && after[0] == ' ' && after[1] >= '0' && after[1] <= '9';
}
bool is_in(std::string_view list, std::string_view word) {
  return list.find(" " + std::string(word) + " ") != std::string_view::npos;
}

// A dot is a full stop too at the end, and before a capital or a number unless the word is a title,
// stands before a name or is numbered.
std::string dot_after(std::string_view word, std::string_view after) {
  static constexpr std::string_view kNoTitles = " Jr Sr Inc Ltd Corp Bros Ave Blvd Rd Ln Hwy Pkwy ";
  static constexpr std::string_view kNumbered = " Rd Hwy Pkwy ";
  if (sentence_ends(after)) return ".";
  const bool number = number_follows(after) && !is_in(kNumbered, word);
  return is_in(kNoTitles, word) && (number || capital_follows(after)) ? "." : "";
}

Text dotted_word(const Match& m) {
  const auto found = words().find(m[1]);
  if (found == words().end() || m[1] == "Mr" || m[1] == "Mrs") return std::nullopt;
  return std::string(found->second) + dot_after(m[1], m.after());
}

// A street behind its name and before no other name; else a saint.
Text street(const Match& m) {
  const bool ends = sentence_ends(m.after()) || number_follows(m.after());
  return std::string(m[1]) + "Street" + (ends ? "." : "");
}

Text numbered(const Match& m) {
  static const std::unordered_map<std::string_view, std::string_view> kWords = {
      {"no", "number"},    {"No", "Number"},    {"nos", "numbers"},   {"Nos", "Numbers"},
      {"p", "page"},       {"pp", "pages"},     {"vol", "volume"},    {"Vol", "Volume"},
      {"ch", "chapter"},   {"Ch", "Chapter"},   {"fig", "figure"},    {"Fig", "Figure"},
      {"figs", "figures"}, {"Figs", "Figures"}, {"sec", "section"},   {"Sec", "Section"},
      {"eq", "equation"},  {"Eq", "Equation"},  {"ext", "extension"}, {"Ext", "Extension"},
      {"art", "article"},  {"Art", "Article"},  {"ver", "version"},   {"Ver", "Version"},
      {"v", "version"}};
  const auto found = kWords.find(m[1]);
  return found == kWords.end() ? std::nullopt : Text(std::string(found->second) + " ");
}

// The value of a Roman numeral below 4000, none if it is not written as one.
std::optional<int> roman_value(std::string_view letters) {
  static constexpr struct {
    std::string_view letters;
    int value;
  } kParts[] = {{"M", 1000}, {"CM", 900}, {"D", 500}, {"CD", 400}, {"C", 100},
                {"XC", 90},  {"L", 50},   {"XL", 40}, {"X", 10},   {"IX", 9},
                {"V", 5},    {"IV", 4},   {"I", 1}};
  int value = 0;
  std::size_t at = 0;
  for (const auto& part : kParts) {
    for (int times = 0; times < 3 && letters.substr(at, part.letters.size()) == part.letters;
         ++times) {
      value += part.value;
      at += part.letters.size();
      if (part.letters.size() == 2) break;
    }
  }
  return at == letters.size() && value > 0 ? std::optional(value) : std::nullopt;
}

Text roman_part(const Match& m) {
  const auto value = roman_value(m[2]);
  return value ? Text(std::string(m[1]) + " " + std::to_string(*value)) : std::nullopt;
}

Text roman_ruler(const Match& m) {
  const auto value = roman_value(m[2]);
  if (!value || *value > 30) return std::nullopt;
  std::string words;
  for (const std::string& word : ordinal_words(std::to_string(*value)))
    words += (words.empty() ? "" : "-") + word;
  return std::string(m[1]) + " the " + words;
}

}  // namespace

std::string read_abbreviations(std::string text) {
  static const Pattern kDotted(
      "(?<![\\w.@/-])([A-Za-z]{2,6}|[ei]\\.[eg]|[EI]\\.[eg])\\.(?![\\w-])");
  static const Pattern kVersus("(?<= )vs(?= )");
  static const Pattern kBareTitle("(?<![\\w.-])(Prof|Capt|Lt|Sgt|Rev|Gov|Sen)(?= [A-Z][a-z])");
  static const Pattern kStreet(
      "((?<![\\w.])[A-Z][a-z]{1,20} |\\b\\d{1,3}(?:st|nd|rd|th) )St\\.(?! [A-Z])(?!\\w)"
      "|(\\d [A-Z][a-z]{1,20} )St\\.(?= [A-Z])");
  static const Pattern kSaint("(?<![\\w.-])St\\.?(?= [A-Z][a-z])");
  static const Pattern kNumbered(
      "(?<![\\w.@/"
      "-])(No|no|Nos|nos|pp?|[Vv]ol|[Cc]h|[Ff]igs?|[Ss]ec|[Ee]q|[Ee]xt|[Aa]rt|[Vv]er|v)\\. "
      "?(?=\\d)");
  static const Pattern kVersion("(?<![\\w.-])v(?=\\d+(?:\\.\\d+)*(?!\\w))");
  static const Pattern kFort("(?<![\\w.-])Ft\\.(?= [A-Z][a-z])");
  static const Pattern kRomanPart(
      "\\b(Chapter|CHAPTER|Part|PART|Book|BOOK|Act|ACT|Scene|SCENE|Volume|VOLUME|Section|Phase|"
      "Type|Article|Appendix|Title|World War|Super Bowl|Class|Level|Stage|Grade|"
      "Rocky|Star Wars|Final Fantasy|Windows|Mark|Episode|Figure|Table|Corps) "
      "([IVXLCDM]{1,9})\\b(?!['’.]\\w)");
  static const Pattern kRomanRuler(
      "\\b(Henry|Louis|George|Edward|Charles|James|William|Elizabeth|Richard|Pius|Benedict|Leo|"
      "Napoleon|Catherine|Philip|"
      "Alexander|Frederick|Ivan|Nicholas|Peter|Ramses|Rameses|Gregory|Urban|Innocent|Clement|Paul|"
      "John|Sixtus|Julius|"
      "Ferdinand|Gustav|Christian|Haakon|Leopold|Wilhelm|Francis|Robert|Malcolm|Mehmed|Murad|"
      "Darius|Xerxes|Ptolemy|"
      "Thutmose|Amenhotep|Boniface|Otto|Franz|Carl|Harald|Olaf|Canute|Stephen|David) "
      "(I(?=['’,.;:)]|\\s(?:of|was|ruled|and his)|$)|[IVX]{2,6}|V|X)\\b");
  static const Pattern kLetters("(?<![\\w.&-])(AT&T|PhDs?|CO2)(?![\\w&])");
  text = kLetters.replace(text, [](const Match& m) -> Text {
    if (m[1] == "AT&T") return "A.T and T";
    if (m[1] == "CO2") return "C.O 2";
    return m[1] == "PhD" ? "P.H.D" : "P.H.D's";
  });
  static const Pattern kAnd("(?<=[a-z])['’]n['’](?=[a-z])");
  text = kAnd.replace(text, " 'n' ");
  static const Pattern kEtcetera("&c\\b");
  text = kEtcetera.replace(text, "etc");
  text = kNumbered.replace(text, numbered);
  text = kVersion.replace(text, "version ");
  text = kFort.replace(text, "Fort");
  text = kStreet.replace(text, [](const Match& m) {
    return m[1].empty() ? street(Match({m[0], m[2]}, m.before(), m.after())) : street(m);
  });
  text = kSaint.replace(text, "Saint");
  text = kDotted.replace(text, dotted_word);
  text = kVersus.replace(text, "versus");
  text = kBareTitle.replace(text, [](const Match& m) { return Text(words().at(m[1])); });
  text = kRomanPart.replace(text, roman_part);
  return kRomanRuler.replace(text, roman_ruler);
}

}  // namespace decibit::text::en
