// SPDX-License-Identifier: Apache-2.0
#include "transcription/fallback.h"

namespace decibit::transcription {

bool looks_wrong(const DecodedWindow& window, const TranscribeOptions& options) {
  const bool repetitive = options.compression_ratio_threshold &&
                          window.compression_ratio > *options.compression_ratio_threshold;
  const bool improbable =
      options.logprob_threshold && window.avg_logprob < *options.logprob_threshold;
  const bool silent = improbable && options.no_speech_threshold &&
                      window.no_speech_prob > *options.no_speech_threshold;
  return (repetitive || improbable) && !silent;
}

Result<FallbackResult> decode_with_fallback(const WindowDecoder& decoder,
                                            whisper::WindowNetwork& network,
                                            const WindowPrompt& prompt,
                                            const TranscribeOptions& options) {
  FallbackResult result;
  for (const double temperature : options.temperatures) {
    result.window = TRY(decoder.decode(network, prompt, temperature));
    ++result.tries;
    if (!looks_wrong(result.window, options)) break;
  }
  return result;
}

}  // namespace decibit::transcription
