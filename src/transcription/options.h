// SPDX-License-Identifier: Apache-2.0
// What a caller asked for, checked against what the model can do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "decibit/transcribe.h"
#include "models/whisper/tokenizer.h"

namespace decibit::transcription {

/// kUsage for numbers out of range, combinations that do nothing, tokens that there are not, and
/// what an English-only model cannot do. The language and clips are checked by others.
Status check_options(const TranscribeOptions& options, const whisper::Tokenizer& tokenizer);

/// The code of options.language; empty when it is to be detected, "en" of English-only models.
Result<std::string> language_code(const TranscribeOptions& options,
                                  const whisper::Tokenizer& tokenizer);

/// The tokens of a text that comes before or begins a window; none for blank text.
std::vector<whisper::Token> prompt_tokens(const whisper::Tokenizer& tokenizer,
                                          std::string_view text);

}  // namespace decibit::transcription
