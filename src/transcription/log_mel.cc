// SPDX-License-Identifier: Apache-2.0
#include "transcription/log_mel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"

namespace decibit::transcription {
namespace {

constexpr std::int64_t kBlock = 500;  // frames: 5 s, some milliseconds
constexpr std::int64_t kKept = 3000;  // a window

float log_power(float power) { return std::log10(std::max(power, 1e-10f)); }

}  // namespace

LogMel::LogMel(std::unique_ptr<SampleSource> source, std::int64_t mels, ThreadPool* pool,
               const Reporter& reporter)
    : source_(std::move(source)),
      framed_(*source_),
      powers_(mels, pool),
      reporter_(reporter),
      block_(static_cast<std::size_t>(kBlock * mels)),
      kept_(static_cast<std::size_t>(kKept * mels)) {}

Result<std::unique_ptr<LogMel>> LogMel::create(std::unique_ptr<SampleSource> source,
                                               std::int64_t mels, ThreadPool* pool,
                                               const Reporter& reporter) {
  std::unique_ptr<LogMel> mel(new LogMel(std::move(source), mels, pool, reporter));
  TRY(mel->find_peak());
  while (mel->source_->revise()) {
    TRY(mel->framed_.rewind());
    TRY(mel->find_peak());
  }
  TRY(mel->framed_.rewind());
  return mel;
}

Status LogMel::ask_to_stop() const {
  if (!reporter_.cancelled()) return {};
  return fail(ErrorCode::kInterrupted, "interrupted");
}

// The silence behind the content is below any maximum, as log_power is never below its values.
Status LogMel::find_peak() {
  const Rows block = {block_.data(), kBlock, powers_.mels(), powers_.mels()};
  float peak = 0;
  while (!framed_.silent()) {
    TRY(ask_to_stop());
    const std::span<const float> samples = TRY(framed_.next(kBlock));
    powers_.compute(samples, block);
    peak = std::max(peak, *std::ranges::max_element(block_));
  }
  samples_ = framed_.samples();
  floor_ = log_power(peak) - 8;
  if (samples_ == 0)
    return fail(ErrorCode::kBadInput, fmt::format("{} holds no sound: 0 samples", source_->name()));
  return {};
}

float* LogMel::kept_row(std::int64_t frame) {
  return kept_.data() + frame % kKept * powers_.mels();
}

/// Lets framed_.frame() be `frame`, and forgets what was kept.
Status LogMel::go_to(std::int64_t frame) {
  if (frame < framed_.frame()) TRY(framed_.rewind());
  while (framed_.frame() < frame) {
    TRY(ask_to_stop());
    TRY(framed_.next(std::min(kBlock, frame - framed_.frame())));
  }
  first_kept_ = frame;
  return {};
}

Status LogMel::append(std::int64_t count) {
  TRY(ask_to_stop());
  const Rows block = {block_.data(), count, powers_.mels(), powers_.mels()};
  const std::int64_t first = framed_.frame();
  const std::span<const float> samples = TRY(framed_.next(count));
  powers_.compute(samples, block);
  for (std::int64_t i = 0; i < count; ++i)
    std::transform(block.row(i), block.row(i) + block.width, kept_row(first + i),
                   [&](float power) { return (std::max(log_power(power), floor_) + 4) / 4; });
  first_kept_ = std::max(first_kept_, framed_.frame() - kKept);
  return {};
}

Status LogMel::read(std::int64_t first, std::int64_t count, Rows out) {
  DECIBIT_CHECK(first >= 0 && count >= 0 && count <= kKept &&
                first + count <= frames() + kPaddingFrames);
  DECIBIT_CHECK(out.count >= count && out.width == powers_.mels());
  const std::int64_t end = first + count;
  if (first < first_kept_ || first > framed_.frame()) TRY(go_to(first));
  while (framed_.frame() < end) TRY(append(std::min(kBlock, end - framed_.frame())));
  for (std::int64_t i = 0; i < count; ++i)
    std::copy_n(kept_row(first + i), powers_.mels(), out.row(i));
  return {};
}

}  // namespace decibit::transcription
