// SPDX-License-Identifier: Apache-2.0
// The public API (include/decibit/transcribe.h) on the parts.
#include <utility>

#include "decibit/transcribe.h"
#include "io/audio_reader.h"
#include "io/byte_source.h"
#include "io/sample_source.h"
#include "models/whisper/model.h"
#include "models/whisper/tokenizer.h"
#include "nn/engine.h"
#include "transcription/model_listener.h"

namespace decibit {

struct TranscriptionModel::Parts {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<whisper::Model> model;
  whisper::Tokenizer tokenizer;
};

struct Transcriber::Parts {
  transcription::ModelListener listener;

  Result<Transcript> transcribe(std::unique_ptr<SampleSource> sound,
                                const TranscribeOptions& options, const OnSegment& on_segment,
                                const Reporter& caller);
};

namespace {

/// Passes notes on and asks whether to stop, by the caller's functions.
class Caller : public Reporter {
 public:
  explicit Caller(const TranscribeOptions& options) : options_(options) {}
  void note(std::string_view text) override {
    if (options_.note) options_.note(text);
  }
  void warn(std::string_view text) override { note(text); }
  bool cancelled() const override { return options_.stop && options_.stop(); }

 private:
  const TranscribeOptions& options_;
};

}  // namespace

TranscriptionModel::TranscriptionModel(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TranscriptionModel::TranscriptionModel(TranscriptionModel&&) noexcept = default;
TranscriptionModel& TranscriptionModel::operator=(TranscriptionModel&&) noexcept = default;
TranscriptionModel::~TranscriptionModel() = default;

Result<TranscriptionModel> TranscriptionModel::load(const std::filesystem::path& path,
                                                    const Options& options) {
  Reporter silent;
  auto engine = TRY(Engine::make({options.threads, {}}, silent));
  auto model = TRY(whisper::Model::load(path, silent));
  auto tokenizer = TRY(whisper::Tokenizer::make(model->dims().vocabulary));
  return TranscriptionModel(
      std::unique_ptr<Parts>(new Parts{std::move(engine), std::move(model), tokenizer}));
}

bool TranscriptionModel::multilingual() const { return parts_->model->dims().is_multilingual(); }

Transcriber::Transcriber(const TranscriptionModel& model)
    : parts_(new Parts{{*model.parts_->model, model.parts_->tokenizer, *model.parts_->engine,
                        Compute::kAuto}}) {}
Transcriber::Transcriber(Transcriber&&) noexcept = default;
Transcriber& Transcriber::operator=(Transcriber&&) noexcept = default;
Transcriber::~Transcriber() = default;

Result<Transcript> Transcriber::Parts::transcribe(std::unique_ptr<SampleSource> sound,
                                                  const TranscribeOptions& options,
                                                  const OnSegment& on_segment,
                                                  const Reporter& caller) {
  const auto mel = TRY(listener.spectrogram(std::move(sound), caller));
  Transcript transcript;
  TRY(listener.transcribe(*mel, options, on_segment, caller, transcript));
  transcript.seconds = static_cast<double>(mel->samples()) / kTranscriptionRateHz;
  return transcript;
}

Result<Transcript> Transcriber::transcribe(std::span<const float> audio,
                                           const TranscribeOptions& options,
                                           const OnSegment& on_segment) {
  const Caller caller(options);
  return parts_->transcribe(samples_in_memory(audio, kTranscriptionRateHz), options, on_segment,
                            caller);
}

Result<Transcript> Transcriber::transcribe_file(const std::filesystem::path& path,
                                                const TranscribeOptions& options,
                                                const OnSegment& on_segment) {
  Caller caller(options);
  auto bytes = TRY(open_file(path));
  auto decoder = TRY(open_audio(bytes, caller));
  auto sound =
      TRY(AudioReader::create(std::move(decoder), kTranscriptionRateHz, path.string(), caller));
  return parts_->transcribe(std::move(sound), options, on_segment, caller);
}

}  // namespace decibit
