// SPDX-License-Identifier: Apache-2.0
// A loaded model that listens to one recording after another. One for each thread that does.
#pragma once

#include <memory>

#include "core/reporter.h"
#include "core/result.h"
#include "decibit/transcribe.h"
#include "io/sample_source.h"
#include "models/whisper/model.h"
#include "models/whisper/network.h"
#include "models/whisper/tokenizer.h"
#include "nn/engine.h"
#include "transcription/log_mel.h"

namespace decibit::transcription {

class ModelListener {
 public:
  /// All outlive it and may be shared.
  ModelListener(const whisper::Model& model, const whisper::Tokenizer& tokenizer, Engine& engine,
                Compute compute)
      : model_(model), tokenizer_(tokenizer), engine_(engine), network_(model, engine, compute) {}

  /// See LogMel::create.
  Result<std::unique_ptr<LogMel>> spectrogram(std::unique_ptr<SampleSource> sound,
                                              const Reporter& reporter);

  /// As transcribe() in transcription/transcription.h. kInterrupted, in the middle of a window too,
  /// when the reporter asks to stop.
  Status transcribe(MelSource& mel, const TranscribeOptions& options,
                    const Transcriber::OnSegment& on_segment, const Reporter& reporter,
                    Transcript& transcript);

 private:
  const whisper::Model& model_;
  const whisper::Tokenizer& tokenizer_;
  Engine& engine_;
  whisper::Network network_;
};

}  // namespace decibit::transcription
