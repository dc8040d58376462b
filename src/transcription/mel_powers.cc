// SPDX-License-Identifier: Apache-2.0
#include "transcription/mel_powers.h"

#include <algorithm>

#include "core/check.h"
#include "dsp/window.h"
#include "transcription/framed_samples.h"

namespace decibit::transcription {
namespace {

constexpr std::size_t kFrame = FramedSamples::kFrame, kHop = FramedSamples::kHop;
constexpr std::int64_t kFramesOfTask = 50;  // about 0.2 ms

}  // namespace

MelPowers::MelPowers(std::int64_t mels, ThreadPool* pool)
    : window_(periodic_hann(kFrame)),
      fft_(kFrame),
      bank_({.sample_rate_hz = 16000,
             .n_fft = kFrame,
             .mels = static_cast<std::size_t>(mels),
             .low_hz = 0,
             .high_hz = 8000}),
      pool_(pool),
      scratches_(pool == nullptr ? 1 : pool->size()) {
  for (Scratch& scratch : scratches_) {
    scratch.frame.resize(kFrame);
    scratch.powers.resize(fft_.bins());
    scratch.spectrum.resize(fft_.bins());
    scratch.fft.resize(fft_.scratch_size());
  }
}

void MelPowers::compute_frame(std::span<const float> samples, std::span<float> out,
                              Scratch& scratch) const {
  for (std::size_t i = 0; i < kFrame; ++i) scratch.frame[i] = window_[i] * double{samples[i]};
  fft_.forward(scratch.frame, scratch.spectrum, scratch.fft);
  std::ranges::transform(scratch.spectrum, scratch.powers.begin(),
                         [](RealFft::Complex z) { return std::norm(z); });
  bank_.apply(scratch.powers, out);
}

void MelPowers::compute(std::span<const float> samples, Rows out) {
  const auto width = static_cast<std::size_t>(out.width);
  DECIBIT_CHECK(width == bank_.mels() && (out.count == 0 || samples.size() >= kFrame));
  const auto task = [&](std::size_t i, unsigned thread) {
    const std::int64_t first = static_cast<std::int64_t>(i) * kFramesOfTask;
    for (std::int64_t f = first; f < std::min(first + kFramesOfTask, out.count); ++f)
      compute_frame(samples.subspan(static_cast<std::size_t>(f) * kHop, kFrame),
                    {out.row(f), width}, scratches_[thread]);
  };
  const auto tasks = static_cast<std::size_t>((out.count + kFramesOfTask - 1) / kFramesOfTask);
  if (pool_ != nullptr) return pool_->parallel_for(tasks, task);
  for (std::size_t i = 0; i < tasks; ++i) task(i, 0);
}

}  // namespace decibit::transcription
