// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/synthesizer.h"

#include <fmt/format.h>

#include "core/check.h"

namespace decibit::kokoro {
namespace {

/// Weights or a voice with NaN, infinity or absurd numbers.
Error damaged(std::string_view what) {
  return {.code = ErrorCode::kBadInput,
          .message =
              fmt::format("the model's {} not finite: its weights or the voice are damaged", what),
          .hint = "decibit inspect --verify looks for NaN and infinity"};
}

bool is_finite(std::span<const float> audio, const KernelTable& kernels) {
  const auto bytes = std::as_bytes(audio);
  return kernels.first_nonfinite(DType::kF32, bytes.data(), audio.size()) == audio.size();
}

Status check_length(double seconds) {
  if (seconds <= Synthesizer::kLongestSeconds) return {};
  return fail(ErrorCode::kResources,
              fmt::format("a part of the text without a mark to cut it at is {:.0f} s of speech; "
                          "no more than {} s are spoken at once",
                          seconds, Synthesizer::kLongestSeconds),
              "put commas or periods into it, or speak faster");
}

}  // namespace

Result<Speech> Synthesizer::speak(std::u32string_view phonemes, std::size_t index,
                                  const Voice& voice, const SpeakOptions& options,
                                  const Reporter& reporter) {
  std::u32string unknown;
  const std::vector<std::int32_t> ids = model_.vocabulary().encode(phonemes, unknown);
  DECIBIT_CHECK(ids.size() > 2);
  // The reference counts the symbols that the model drops, too.
  const styletts2::Utterance utterance = {
      .ids = ids,
      .style = voice.style(phonemes.size()),
      .speed = options.speed,
      .scale_boundaries = options.scale_boundaries.value_or(options.speed >= 1),
      .noise = {.seed = options.seed, .chunk = index, .scale = options.noise}};
  const Context context = {engine_.kernels(), engine_.pool(), workspace_,
                           compute_,          false,          &reporter};
  const styletts2::Overrides none;
  try {
    const styletts2::Network::Pass pass(model_.network(), context, utterance, none);
    if (!pass.has_durations()) return Unexpected(damaged("durations are"));
    TRY(check_length(static_cast<double>(pass.samples()) / Model::kSampleRateHz));
    audio_.resize(static_cast<std::size_t>(pass.samples()));
    pass.vocode(audio_);
    durations_.assign(1, pass.durations().front());
    auto known = pass.durations().begin() + 1;
    for (const char32_t symbol : phonemes)
      durations_.push_back(model_.vocabulary().id(symbol) ? *known++ : 0);
    durations_.push_back(*known);
  } catch (const PassStopped&) {
    return fail(ErrorCode::kInterrupted, "interrupted");
  }
  if (!is_finite(audio_, engine_.kernels())) return Unexpected(damaged("sound is"));
  return Speech{audio_, durations_};
}

}  // namespace decibit::kokoro
