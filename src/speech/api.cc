// SPDX-License-Identifier: Apache-2.0
// The public API (include/decibit/speech.h) on the pipeline.
#include <fmt/format.h>

#include <utility>

#include "decibit/speech.h"
#include "speech/synthesizer.h"
#include "text/en/letter_to_sound.h"

namespace decibit {

struct SpeechModel::Parts {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<kokoro::Model> model;
  text::en::Phonemizer phonemizer;
};

struct Synthesizer::Parts {
  const SpeechModel::Parts& model;
  speech::Synthesizer pipeline;
};

namespace {

/// Passes notes on and asks whether to stop, by the caller's functions.
class Caller : public Reporter {
 public:
  explicit Caller(const SpeechOptions& options) : options_(options) {}
  void note(std::string_view text) override {
    if (options_.note) options_.note(text);
  }
  void warn(std::string_view text) override { note(text); }
  bool cancelled() const override { return options_.stop && options_.stop(); }

 private:
  const SpeechOptions& options_;
};

Status check_range(std::string_view name, float value, float low, float high) {
  if (value >= low && value <= high) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("{} is {}; expected a number from {} to {}", name, value, low, high));
}

Status check(const SpeechOptions& options) {
  TRY(check_range("speed", options.speed, 0.1f, 10));
  TRY(check_range("noise", options.noise, 0, 100));
  if (options.paragraph_gap.count() >= 0) return {};
  return fail(ErrorCode::kUsage, fmt::format("paragraph_gap is {} ms; expected 0 or more",
                                             options.paragraph_gap.count()));
}

/// What on_chunk's false becomes on its way through the pipeline.
constexpr std::string_view kEnded = "ended by on_chunk";

}  // namespace

SpeechModel::SpeechModel(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SpeechModel::SpeechModel(SpeechModel&&) noexcept = default;
SpeechModel& SpeechModel::operator=(SpeechModel&&) noexcept = default;
SpeechModel::~SpeechModel() = default;

Result<SpeechModel> SpeechModel::load(const std::filesystem::path& folder, const Options& options) {
  Reporter silent;
  auto lexicon = TRY(text::en::UserLexicon::parse(options.lexicon));
  auto engine = TRY(Engine::make({options.threads, {}}, silent));
  auto model = TRY(kokoro::Model::load(folder, silent));
  return SpeechModel(std::unique_ptr<Parts>(
      new Parts{std::move(engine), std::move(model),
                text::en::Phonemizer(text::letter_to_sound, std::move(lexicon))}));
}

std::vector<std::string> SpeechModel::voices() const { return parts_->model->voice_names(); }

Synthesizer::Synthesizer(const SpeechModel& model)
    : parts_(new Parts{*model.parts_,
                       {*model.parts_->model, *model.parts_->engine, Compute::kAuto}}) {}
Synthesizer::Synthesizer(Synthesizer&&) noexcept = default;
Synthesizer& Synthesizer::operator=(Synthesizer&&) noexcept = default;
Synthesizer::~Synthesizer() = default;

Result<void> Synthesizer::generate(std::string_view text, const SpeechOptions& options,
                                   const OnChunk& on_chunk) {
  const Read read = [&](char* to, std::size_t size) -> Result<std::size_t> {
    const std::size_t n = text.copy(to, size);
    text.remove_prefix(n);
    return n;
  };
  return generate(read, options, on_chunk);
}

Result<void> Synthesizer::generate(const Read& read, const SpeechOptions& options,
                                   const OnChunk& on_chunk) {
  TRY(check(options));
  const SpeechModel::Parts& model = parts_->model;
  const kokoro::Voice voice = TRY(model.model->voice(options.voice));
  speech::TextSource source;
  source.read = [&](std::span<char> to, const std::atomic<bool>&) {
    return read(to.data(), to.size());
  };
  const speech::Options pipeline = {{.speed = options.speed,
                                     .scale_boundaries = options.scale_boundaries,
                                     .seed = options.seed,
                                     .noise = options.noise},
                                    options.paragraph_gap};
  Caller caller(options);
  bool ended = false;
  Status status = parts_->pipeline.generate(
      std::move(source), options.text_is_phonemes ? nullptr : &model.phonemizer, voice, pipeline,
      caller, [&](const SpeechChunk& chunk) -> Status {
        ended = !on_chunk(chunk);
        if (!ended) return {};
        return fail(ErrorCode::kInterrupted, std::string(kEnded));
      });
  if (ended) return {};
  return status;
}

}  // namespace decibit
