// SPDX-License-Identifier: Apache-2.0
#include "transcription/model_listener.h"

#include <utility>

#include "nn/context.h"
#include "transcription/transcription.h"

namespace decibit::transcription {

Result<std::unique_ptr<LogMel>> ModelListener::spectrogram(std::unique_ptr<SampleSource> sound,
                                                           const Reporter& reporter) {
  return LogMel::create(std::move(sound), model_.dims().mels, &engine_.pool(), reporter);
}

Status ModelListener::transcribe(MelSource& mel, const TranscribeOptions& options,
                                 const Transcriber::OnSegment& on_segment, const Reporter& reporter,
                                 Transcript& transcript) {
  network_.set_reporter(&reporter);
  const Listener listener = {network_, tokenizer_, model_.dims().mels, model_.dims().text_context};
  try {
    return transcription::transcribe(listener, mel, options, on_segment, transcript);
  } catch (const PassStopped&) {
    return fail(ErrorCode::kInterrupted, "interrupted");
  }
}

}  // namespace decibit::transcription
