// SPDX-License-Identifier: Apache-2.0
// The one file that knows PCRE2.
#include "convert/regex.h"

#include <fmt/format.h>

#include <cstdint>
#include <new>
#include <string>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace decibit {
namespace {

constexpr std::uint32_t kMatchLimit = 1'000'000;

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

Error compile_error(std::string_view pattern, int number, std::size_t position) {
  PCRE2_UCHAR reason[256] = {};
  pcre2_get_error_message(number, reason, sizeof reason);
  return Error{ErrorCode::kUsage,
               fmt::format("\"{}\" is no regular expression: {}", pattern,
                           reinterpret_cast<const char*>(reason)),
               fmt::format("at byte {} of {}: \"{}\" <-- here", position, pattern.size(),
                           pattern.substr(0, position)),
               {},
               "escape characters that are meant literally, as in \"layers\\.0\\.\""};
}

}  // namespace

struct Regex::Code {
  std::unique_ptr<pcre2_code, FreeCode> compiled;
  std::unique_ptr<pcre2_match_context, FreeContext> limits;
};

Regex::Regex(std::unique_ptr<Code> code) : code_(std::move(code)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern) {
  // MATCH_INVALID_UTF: a name that is not UTF-8 can still be searched for its readable part.
  const std::uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
  int error = 0;
  PCRE2_SIZE position = 0;
  auto code = std::make_unique<Code>();
  code->compiled.reset(
      pcre2_compile(units(pattern), pattern.size(), options, &error, &position, nullptr));
  if (!code->compiled) return Unexpected(compile_error(pattern, error, position));
  code->limits.reset(pcre2_match_context_create(nullptr));
  if (!code->limits) throw std::bad_alloc();
  pcre2_set_match_limit(code->limits.get(), kMatchLimit);
  return Regex(std::move(code));
}

bool Regex::search(std::string_view text) const {
  const std::unique_ptr<pcre2_match_data, FreeMatch> match(pcre2_match_data_create(1, nullptr));
  if (!match) throw std::bad_alloc();
  // Groups do not matter, so one pair of offsets is enough: 0 means "matched, more groups exist".
  return pcre2_match(code_->compiled.get(), units(text), text.size(), 0, 0, match.get(),
                     code_->limits.get()) >= 0;
}

}  // namespace decibit
