// SPDX-License-Identifier: Apache-2.0
// What is to be said: where it comes from and how it is read.
#pragma once

#include <memory>
#include <string>

#include "cli/values.h"
#include "core/reporter.h"
#include "core/result.h"
#include "speech/text_source.h"
#include "text/en/phonemizer.h"

namespace decibit::cli {

constexpr std::string_view kText = "TEXT";

struct SpeechInput {
  speech::TextSource source;
  std::unique_ptr<text::en::Phonemizer> phonemizer;  // null: the text is phonemes
};

/// A text in the language of --lang and --voice, read with the pronunciations of --lexicon.
Result<SpeechInput> english_input(speech::TextSource text, const Values& values,
                                  Reporter& reporter);
/// From TEXT, --file or --phonemes, exactly one of them. kUsage when there is none or more than
/// one; kBadInput for a text in a language that is not read yet.
Result<SpeechInput> speech_input(const Values& values, Reporter& reporter);

/// Everything up to its end.
std::string read_standard_input();

}  // namespace decibit::cli
