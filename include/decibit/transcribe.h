// SPDX-License-Identifier: Apache-2.0
// Speech to text with a Whisper model. Link decibit_transcription.
//
//   auto model = decibit::TranscriptionModel::load("whisper-base");
//   if (!model) ...  // to_string(model.error())
//   decibit::Transcriber transcriber(*model);
//   auto done = transcriber.transcribe(samples, {}, [](const decibit::TranscribedSegment& segment)
//   {
//     show(segment.start_seconds, segment.text);
//     return true;
//   });
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decibit/result.h"

namespace decibit {

/// Samples a second that models hear; one channel.
inline constexpr int kTranscriptionRateHz = 16000;

struct TranscribedWord {
  std::string
      text;  // UTF-8, with the space before it and the marks at it, as it stands in the text
  double start_seconds = 0, end_seconds = 0;  // of the audio
  double probability = 0;                     // mean of its tokens
};

/// Names and meanings are those of OpenAI's whisper.
struct TranscribedSegment {
  std::size_t id = 0;     // from 0
  std::int64_t seek = 0;  // where its window begins, in frames of 10 ms
  double start_seconds = 0, end_seconds = 0;
  std::string text;  // UTF-8, usually with a space in front
  std::vector<std::int32_t> tokens;
  double temperature = 0;  // this and the next three are of the whole window
  double avg_logprob = 0;
  double compression_ratio = 0;
  double no_speech_prob = 0;
  std::vector<TranscribedWord>
      words;  // with TranscribeOptions::word_timestamps; joined they are the text
};

/// OpenAI's options with the defaults of its command.
struct TranscribeOptions {
  enum class Task : std::uint8_t { kTranscribe, kTranslate };

  std::string language;  // "en", "English"; empty: what the first 30 s are heard as
  Task task = Task::kTranscribe;
  /// Tried in turn while a window looks wrong by the thresholds below. 0 is greedy or beam search.
  std::vector<double> temperatures = {0, 0.2, 0.4, 0.6, 0.8, 1};
  int beam_size = 5;                     // at temperature 0, up to 8; 1: greedy
  int best_of = 5;                       // samples at other temperatures, up to 8
  double patience = 1;                   // of beam search
  std::optional<double> length_penalty;  // alpha of Google NMT; none: the mean log probability
  std::optional<double> compression_ratio_threshold = 2.4;
  std::optional<double> logprob_threshold = -1;
  std::optional<double> no_speech_threshold = 0.6;
  bool condition_on_previous_text = true;
  std::string initial_prompt;
  bool carry_initial_prompt = false;  // before every window, not the first only
  std::string prefix;  // what the first window's text is taken to begin with; not part of it
  std::vector<std::int32_t> suppress_tokens = {-1};  // -1: symbols that are no speech
  bool suppress_blank = true;
  bool without_timestamps = false;
  std::optional<double> max_initial_timestamp = 1;  // seconds
  /// start, end, start, end, ... in seconds; the last end may be missing.
  std::vector<double> clip_timestamps = {0};
  bool word_timestamps = false;
  std::string prepend_punctuations = "\"'“¿([{-";
  std::string append_punctuations = "\"'.。,，!！?？:：”)]}、";
  std::optional<double> hallucination_silence_threshold;  // seconds; needs word_timestamps
  std::uint64_t seed = 0;                                 // of sampling
  /// Asked often; true ends transcribe() with kInterrupted within a fraction of a second.
  std::function<bool()> stop;
  /// Seconds of the audio that are done.
  std::function<void(double)> progress;
  /// What was left out, tried again or not understood, for people.
  std::function<void(std::string_view)> note;
};

/// What is known at the end.
struct Transcript {
  std::string language;                        // its code; "en" of English-only models
  std::optional<double> language_probability;  // when it was detected
  double seconds = 0;                          // of audio
  std::size_t windows = 0, windows_retried = 0;
};

/// A loaded model with its threads, shared by any number of transcribers. Movable.
class TranscriptionModel {
 public:
  struct Options {
    unsigned threads = 0;  // of the network; 0: one for each usable core
  };
  /// A folder with a Whisper model of any layout, quantized or not, or OpenAI's .pt. Errors say
  /// what is wrong with it.
  static Result<TranscriptionModel> load(const std::filesystem::path& path, const Options& options);
  static Result<TranscriptionModel> load(const std::filesystem::path& path) {
    return load(path, {});
  }
  TranscriptionModel(TranscriptionModel&&) noexcept;
  TranscriptionModel& operator=(TranscriptionModel&&) noexcept;
  ~TranscriptionModel();

  bool multilingual() const;

 private:
  friend class Transcriber;
  struct Parts;
  explicit TranscriptionModel(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// One for each thread that transcribes: it holds the memory of a pass. Several with one model give
/// the same text as one.
class Transcriber {
 public:
  /// Returns false to end it.
  using OnSegment = std::function<bool(const TranscribedSegment&)>;

  /// The model outlives it, at its place.
  explicit Transcriber(const TranscriptionModel& model);
  Transcriber(Transcriber&&) noexcept;
  Transcriber& operator=(Transcriber&&) noexcept;
  ~Transcriber();

  /// Samples at kTranscriptionRateHz, full scale 1. Segments are handed over in order, from the
  /// calling thread, as soon as their window is decoded. An exception of `on_segment` passes
  /// through. kUsage for options out of range, a language that the model does not know among them;
  /// kBadInput for audio that is empty or not finite, and when the model is damaged; kInterrupted
  /// when asked to stop.
  Result<Transcript> transcribe(std::span<const float> audio, const TranscribeOptions& options,
                                const OnSegment& on_segment);
  /// The same of a file, in memory that does not grow with its length: whatever libsndfile reads,
  /// by content, at any rate, mixed to one channel; other containers by ffmpeg where it is
  /// installed.
  Result<Transcript> transcribe_file(const std::filesystem::path& path,
                                     const TranscribeOptions& options, const OnSegment& on_segment);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace decibit
