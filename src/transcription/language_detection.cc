// SPDX-License-Identifier: Apache-2.0
#include "transcription/language_detection.h"

#include <cmath>

#include "transcription/log_sum_exp.h"
#include "transcription/token_choice.h"

namespace decibit::transcription {

Result<DetectedLanguage> detect_language(whisper::WindowNetwork& network,
                                         const whisper::Tokenizer& tokenizer) {
  const Token prompt[] = {tokenizer.start()};
  const std::size_t wanted[] = {0};
  const ConstRows logits = network.start(prompt, wanted);
  const auto known = tokenizer.known_languages();
  const std::span<const float> of_languages(logits.row(0) + tokenizer.first_language(),
                                            known.size());
  const double log_sum = log_sum_exp(of_languages);
  if (!std::isfinite(log_sum))
    return fail(ErrorCode::kBadInput, "the model gives values that are not finite; it is damaged");
  const auto best = static_cast<std::size_t>(best_token(of_languages));
  return DetectedLanguage{known[best], std::exp(static_cast<double>(of_languages[best]) - log_sum)};
}

}  // namespace decibit::transcription
