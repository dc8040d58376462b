// SPDX-License-Identifier: Apache-2.0
#include "text/pattern.h"

#include "core/check.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace decibit::text {

Pattern::Pattern(const char* expression, Case letters) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_MULTILINE |
                                (letters == Case::kIgnored ? PCRE2_CASELESS : 0);
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression), PCRE2_ZERO_TERMINATED,
                                   options, &error, &offset, nullptr);
  DECIBIT_CHECK(code != nullptr);
  code_ =
      std::shared_ptr<void>(code, [](void* p) { pcre2_code_free(static_cast<pcre2_code*>(p)); });
}

std::string Pattern::replace(std::string_view text, const Rewrite& rewrite) const {
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(
      pcre2_match_data_create_from_pattern(code, nullptr), &pcre2_match_data_free);
  std::string result;
  std::size_t at = 0;      // where the search goes on
  std::size_t copied = 0;  // how much of the text is in the result
  while (at <= text.size()) {
    const int count = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at,
                                  PCRE2_NO_UTF_CHECK, data.get(), nullptr);
    if (count <= 0) break;  // no match, or one that is too hard to look for
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data.get());
    std::vector<std::string_view> groups;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const bool took_part = bounds[2 * i] != PCRE2_UNSET;
      groups.push_back(took_part ? text.substr(bounds[2 * i], bounds[2 * i + 1] - bounds[2 * i])
                                 : std::string_view());
    }
    const std::size_t begin = bounds[0];
    const std::size_t end = bounds[1];
    if (auto with = rewrite(Match(std::move(groups), text.substr(0, begin), text.substr(end)))) {
      result.append(text, copied, begin - copied);
      result += *with;
      copied = end;
    }
    at = end;
    if (end != begin) continue;
    // An empty match: on by one character.
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  }
  if (copied == 0) return std::string(text);
  result.append(text, copied, std::string_view::npos);
  return result;
}

bool Pattern::matches(std::string_view text) const {
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(
      pcre2_match_data_create_from_pattern(code, nullptr), &pcre2_match_data_free);
  return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0,
                     PCRE2_NO_UTF_CHECK, data.get(), nullptr) > 0;
}

std::string Pattern::replace(std::string_view text, std::string_view with) const {
  return replace(text, [&](const Match&) { return std::optional<std::string>(with); });
}

}  // namespace decibit::text
