// SPDX-License-Identifier: Apache-2.0
// What `decibit speak` says: the phonemes given, or those of a text.
#pragma once

#include <string>

#include "cli/values.h"
#include "core/reporter.h"
#include "core/result.h"
#include "io/json.h"

namespace decibit::cli {

constexpr std::string_view kText = "TEXT";

struct SpokenText {
  std::u32string phonemes;
  std::string normalized;            // the text as it is read; empty when phonemes were given
  std::vector<std::string> guessed;  // words that no list has
};

/// Everything up to its end.
std::string read_standard_input();

/// From TEXT, --file or --phonemes, exactly one of them, and --lexicon. Notes go to `reporter`.
/// kUsage when there is nothing to say or too much; kBadInput for a text in a language
/// that is not read yet.
Result<SpokenText> spoken_text(const Values& values, Reporter& reporter);

/// The text as read, its phonemes, and the words that were guessed.
std::string explanation(const SpokenText& spoken);
void add_explanation(const SpokenText& spoken, Json& json);

}  // namespace decibit::cli
