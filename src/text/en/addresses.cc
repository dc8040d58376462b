// SPDX-License-Identifier: Apache-2.0
// What is read part by part, with the names of its marks: e-mail, URLs, paths, file names, IP
// addresses, telephone numbers. "Ann.Lee@example.co.uk" is "Ann dot Lee at example dot co dot U K".
#include <string>

#include "text/en/normalizer.h"
#include "text/pattern.h"
#include "text/unicode.h"

namespace decibit::text::en {
namespace {

using Text = std::optional<std::string>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view name_of_mark(char c) {
  switch (c) {
    case '.':
      return "dot";
    case '@':
      return "at";
    case '/':
      return "slash";
    case '-':
      return "dash";
    case '_':
      return "underscore";
    case ':':
      return "colon";
    case '?':
      return "question mark";
    case '=':
      return "equals";
    case '&':
      return "and";
    case '#':
      return "hash";
    case '+':
      return "plus";
    case '~':
      return "tilde";
    case '%':
      return "percent";
    case '\\':
      return "backslash";
    default:
      return "";
  }
}

// "U K": letters that no word list will take for a word.
std::string letter_by_letter(std::string_view letters) {
  std::string result;
  for (char c : letters) {
    if (!result.empty()) result += ' ';
    result += ascii_upper({&c, 1});
  }
  return result;
}

bool is_spelled(std::string_view label) {
  const std::string lower = ascii_lower(label);
  if (lower.size() <= 2) return lower != "co" && lower != "me" && lower != "my" && lower != "go";
  for (std::string_view name : {"www", "edu", "etc", "html", "htm", "php", "http", "https", "ftp",
                                "pdf", "txt", "exe", "png",  "jpg", "gif", "csv",  "xml",   "css",
                                "mpg", "svg", "doc", "ppt",  "xls", "tsv", "cpp"}) {
    if (lower == name) return true;
  }
  return lower.find_first_of("aeiouy") == std::string::npos;
}

// Letters, digits and marks, each run by itself.
std::string parts(std::string_view address) {
  std::string result;
  const auto add = [&](std::string_view part) {
    if (part.empty()) return;
    if (!result.empty()) result += ' ';
    result += part;
  };
  for (std::size_t at = 0; at < address.size();) {
    const char c = address[at];
    std::size_t end = at + 1;
    if (is_digit(c)) {
      while (end < address.size() && is_digit(address[end])) ++end;
      const std::string_view run = address.substr(at, end - at);
      add(run.size() > 4 ? letter_by_letter(run) : std::string(run));
    } else if (is_letter(c) || static_cast<unsigned char>(c) >= 0x80) {
      while (end < address.size() &&
             (is_letter(address[end]) || static_cast<unsigned char>(address[end]) >= 0x80))
        ++end;
      const std::string_view run = address.substr(at, end - at);
      add(is_spelled(run) ? letter_by_letter(run) : std::string(run));
    } else {
      add(name_of_mark(c));
    }
    at = end;
  }
  return result;
}

Text email(const Match& m) { return parts(m[0]); }

Text url(const Match& m) {
  std::string_view address = m[0];
  const std::size_t scheme = address.find("://");
  if (scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  std::string tail;
  while (!address.empty() &&
         std::string_view(".,;:!?)'\"").find(address.back()) != std::string_view::npos) {
    tail.insert(tail.begin(), address.back());
    address.remove_suffix(1);
  }
  if (!address.empty() && address.back() == '/') address.remove_suffix(1);
  return parts(address) + tail;
}

// Digits in their groups, with the pauses that people make.
Text telephone(const Match& m) {
  std::string result;
  bool group = false;
  for (char c : m[0]) {
    if (c == '+') {
      result += "plus";
    } else if (is_digit(c)) {
      if (group && !result.empty()) result += ",";
      if (!result.empty()) result += ' ';
      result += c;
      group = false;
    } else {
      group = !result.empty() && is_digit(result.back());
    }
  }
  return result;
}

}  // namespace

std::string read_addresses(std::string text) {
  static const Pattern kEmail(
      "(?<![\\w.+-])[\\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,6}(?<!-)");
  static const Pattern kUrl(
      "(?<![\\w@./])(?:(?:https?|ftp)://|www\\.)[^\\s<>\"\\x{F0000}-\\x{10FFFF}]{1,2000}",
      Pattern::Case::kIgnored);
  static const Pattern kDomain(
      "(?<![\\w@./-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.){1,4}"
      "(?:com|org|net|edu|gov|io|dev|app|ai|info|xyz|tv|co\\.uk|ac\\.uk)(?![\\w-])(?:/"
      "[^\\s<>\"]{0,2000})?");
  // From a root, or from a folder that the path itself names as one.
  static const Pattern kPath(
      "(?<![\\w@/.~\\\\-])(?:(?:~|\\.{1,2})/[\\w.@+-]{1,64}|/[\\w.@+-]{1,64}/[\\w.@+-]{1,64})"
      "(?:/[\\w.@+-]{1,64}){0,20}/?(?![\\w/])"
      "|(?<![\\w@/.~\\\\-])[\\w.-]{1,64}(?:/[\\w.-]{1,64}){1,20}/(?![\\w/])"
      "|(?<![\\w\\\\])[A-Za-z]:\\\\(?:[^\\s<>\"|?*:/]{1,200})");
  static const Pattern kFile(
      "(?<![\\w@/.-])(?:[\\w.-]{1,64}/){0,20}[\\w-]{1,64}(?:\\.[\\w-]{1,32}){0,3}\\."
      "(?:pdf|txt|md|exe|zip|png|jpe?g|gif|webp|mp[34]|wav|flac|ogg|opus|mkv|mov|csv|json|html?|"
      "css|jsx?|tsx?|py|"
      "ipynb|cc|cpp|hpp|h|java|rs|rb|php|sh|bat|sql|xml|docx?|xlsx?|pptx?|svg|tsv|toml|ya?ml|ini|"
      "cfg|conf|gz|tgz|"
      "tar|deb|iso|dll|srt|vtt|safetensors)(?![\\w-]|\\.\\w)");
  static const Pattern kIp("(?<![\\w.])\\d{1,3}(?:\\.\\d{1,3}){3}(?::\\d{1,5})?(?![\\w]|\\.\\d)");
  static const Pattern kTelephone(
      "(?<![\\w.,$-])(?:\\+?\\d{1,2}[ .-])?(?:\\(\\d{3}\\) ?|\\d{3}[ .-])\\d{3}[ "
      ".-]\\d{4}(?![\\w-])"
      "|(?<![\\w.,$-])\\d{3}-\\d{4}(?![\\w-])");
  static const Pattern kEmergency("(?<=[Cc]all |[Dd]ial |[Cc]alled |[Dd]ialed | or )911\\b");
  if (text.find('@') != std::string::npos) text = kEmail.replace(text, email);
  text = kUrl.replace(text, url);
  text = kDomain.replace(text, url);
  text = kPath.replace(text, url);
  text = kFile.replace(text, url);
  text = kIp.replace(text, email);
  text = kTelephone.replace(text, telephone);
  return kEmergency.replace(text, "9 1 1");
}

}  // namespace decibit::text::en
