// SPDX-License-Identifier: Apache-2.0
#include "transcription/framed_samples.h"

#include <algorithm>

namespace decibit::transcription {
namespace {

constexpr std::size_t kBefore = FramedSamples::kFrame / 2;  // mirrored samples
constexpr std::size_t kOverlap = FramedSamples::kFrame - FramedSamples::kHop;

}  // namespace

Status FramedSamples::rewind() {
  TRY(source_.rewind());
  buffer_.clear();
  frame_ = given_ = samples_ = 0;
  ended_ = false;
  return {};
}

Status FramedSamples::read(std::span<float> out) {
  std::size_t count = 0;
  if (!ended_) count = TRY(source_.read(out));
  samples_ += static_cast<std::int64_t>(count);
  if (count == out.size()) return {};
  ended_ = true;
  std::ranges::fill(out.subspan(count), 0.0f);
  return {};
}

// x[200] ... x[1] x[0] x[1] ... x[200]: all that the mirror needs.
Status FramedSamples::read_beginning() {
  buffer_.resize(2 * kBefore + 1);
  TRY(read(std::span(buffer_).subspan(kBefore)));
  std::reverse_copy(buffer_.end() - kBefore, buffer_.end(), buffer_.begin());
  return {};
}

Result<std::span<const float>> FramedSamples::next(std::int64_t count) {
  if (buffer_.empty()) TRY(read_beginning());
  buffer_.erase(buffer_.begin(), buffer_.begin() + given_ * kHop);
  const std::size_t held = buffer_.size();
  const std::size_t wanted = static_cast<std::size_t>(count * kHop) + kOverlap;
  if (held < wanted) {
    buffer_.resize(wanted);
    TRY(read(std::span(buffer_).subspan(held)));
  }
  frame_ += count;
  given_ = count;
  return std::span<const float>(buffer_).first(wanted);
}

bool FramedSamples::silent() const {
  return ended_ && frame_ * kHop >= samples_ + static_cast<std::int64_t>(kBefore);
}

}  // namespace decibit::transcription
