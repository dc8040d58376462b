// SPDX-License-Identifier: Apache-2.0
// Text to speech with a Kokoro model. Link decibit_speech.
//
//   auto model = decibit::SpeechModel::load("kokoro-82m");
//   if (!model) ...  // to_string(model.error())
//   decibit::Synthesizer synthesizer(*model);
//   auto done = synthesizer.generate("Hello, world.", {}, [&](const decibit::SpeechChunk& chunk) {
//     play(chunk.silence_before, chunk.audio);
//     return true;
//   });
#pragma once

#include <chrono>
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

/// Samples a second of all speech; one channel.
inline constexpr int kSpeechRateHz = 24000;

struct SpokenWord {
  std::string
      text;  // UTF-8, with the marks written at it; empty for the rest of a word that was cut
  double start_seconds = 0, end_seconds = 0;  // from the beginning of the chunk's audio
  bool space_after = false;
  bool guessed = false;  // no list has the word; its sound comes from letter-to-sound rules
};

/// A part of the speech, of half a minute at most unless it is slow. Spans are valid during the
/// call only.
struct SpeechChunk {
  std::size_t index = 0;                        // of the text, from 0
  std::size_t paragraph = 0;                    // that it lies in, from 0
  std::chrono::milliseconds silence_before{0};  // to be played before the audio, not part of it
  std::string text;                             // as it was read, UTF-8
  std::string phonemes;                         // UTF-8
  /// Full scale is 1. Empty only in the last chunk of a text that ends in a pause.
  std::span<const float> audio;
  /// In frames of 1/40 s: of the silence in front, each code point of `phonemes` (0 for one that
  /// the model does not know), and of the silence behind. They add up to the audio.
  std::span<const std::int32_t> durations;
  std::vector<SpokenWord> words;  // in order, none overlapping
  std::string unknown_symbols;    // of the phonemes, those that the model left out, each once
  std::uint64_t bytes_read = 0;   // of the text, for a progress bar
};

struct SpeechOptions {
  std::string voice = "af_heart";  // a name, a file, or a blend: "af_heart:2,af_bella:1"
  bool text_is_phonemes = false;   // misaki's alphabet; otherwise American English
  float speed = 1;                 // 0.1 to 10
  /// Whether `speed` changes the silence at both ends of a chunk too. None: from speed 1 on.
  std::optional<bool> scale_boundaries;
  float noise = 1;  // scale of the breath in the voice, 0 to 100
  std::uint64_t seed = 0;
  std::chrono::milliseconds paragraph_gap{500};  // silence between paragraphs
  /// Asked often, from the calling thread, also within a chunk; true ends generate() with
  /// kInterrupted within a fraction of a second.
  std::function<bool()> stop;
  /// What was left out or not understood, for people; from the calling thread.
  std::function<void(std::string_view)> note;
};

/// A loaded model with its threads, shared by any number of synthesizers. Movable.
class SpeechModel {
 public:
  struct Options {
    unsigned threads = 0;  // of the network; 0: one for each usable core
    std::string lexicon;   // lines word<TAB>phonemes, which win over everything; not a path
  };
  /// A folder with a Kokoro model, quantized or not. Errors say what is wrong with it.
  static Result<SpeechModel> load(const std::filesystem::path& folder, const Options& options);
  static Result<SpeechModel> load(const std::filesystem::path& folder) { return load(folder, {}); }
  SpeechModel(SpeechModel&&) noexcept;
  SpeechModel& operator=(SpeechModel&&) noexcept;
  ~SpeechModel();

  /// Names of the voices in its folder and of those that the library carries, sorted.
  std::vector<std::string> voices() const;

 private:
  friend class Synthesizer;
  struct Parts;
  explicit SpeechModel(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// One for each thread that speaks: it holds the memory of a pass. Several with one model give the
/// same samples as one.
class Synthesizer {
 public:
  /// Returns false to end it.
  using OnChunk = std::function<bool(const SpeechChunk&)>;
  /// Puts bytes of the text, cut anywhere, into (to, size) and says how many; 0 is the end. Called
  /// from a thread of its own, of which nothing is left when generate() returns.
  using Read = std::function<Result<std::size_t>(char* to, std::size_t size)>;

  /// The model outlives it, at its place.
  explicit Synthesizer(const SpeechModel& model);
  Synthesizer(Synthesizer&&) noexcept;
  Synthesizer& operator=(Synthesizer&&) noexcept;
  ~Synthesizer();

  /// Speaks a UTF-8 text of any length in constant memory and hands over each chunk in order, from
  /// the calling thread. The same samples however the text comes and for any number of threads.
  /// Blank lines and `[pause 500ms]` are silence. An exception of `on_chunk` passes through.
  /// kUsage for options out of range and for a text without sound; kNotFound for an unknown voice;
  /// kBadInput when model or voice are damaged; kResources when a part without any mark to cut it
  /// at is too long; kInterrupted when asked to stop, by `stop` only.
  Result<void> generate(std::string_view text, const SpeechOptions& options,
                        const OnChunk& on_chunk);
  Result<void> generate(const Read& read, const SpeechOptions& options, const OnChunk& on_chunk);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace decibit
