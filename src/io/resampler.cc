// SPDX-License-Identifier: Apache-2.0
#include "io/resampler.h"

#include <fmt/format.h>
#include <soxr.h>

#include <cmath>

namespace decibit {
namespace {

soxr_t of(void* soxr) { return static_cast<soxr_t>(soxr); }

}  // namespace

void Resampler::Delete::operator()(void* soxr) const { soxr_delete(of(soxr)); }

Result<Resampler> Resampler::create(int from_hz, int to_hz) {
  const soxr_io_spec_t samples = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  const soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
  soxr_error_t error = nullptr;
  const soxr_t soxr = soxr_create(from_hz, to_hz, 1, &error, &samples, &quality, &one_thread);
  if (error != nullptr)
    return fail(ErrorCode::kUsage,
                fmt::format("cannot resample from {} to {} Hz: {}", from_hz, to_hz, error));
  return Resampler(soxr, static_cast<double>(to_hz) / from_hz);
}

Status Resampler::write(std::span<const float> samples, std::vector<float>& out) {
  if (samples.empty()) return {};
  return process(samples.data(), samples.size(), out);
}

Status Resampler::finish(std::vector<float>& out) { return process(nullptr, 0, out); }

// A null pointer says that the input has ended. A call that filled its room may have more.
Status Resampler::process(const float* samples, std::size_t count, std::vector<float>& out) {
  const auto room = static_cast<std::size_t>(std::ceil(static_cast<double>(count) * ratio_)) + 4096;
  std::size_t taken = 0, given = room;
  while (given == room || taken < count) {
    const std::size_t before = out.size();
    out.resize(before + room);
    std::size_t used = 0;
    const soxr_error_t error =
        soxr_process(of(soxr_.get()), samples == nullptr ? nullptr : samples + taken, count - taken,
                     &used, out.data() + before, room, &given);
    out.resize(before + given);
    if (error != nullptr)
      return fail(ErrorCode::kResources, fmt::format("cannot resample: {}", error));
    taken += used;
  }
  return {};
}

}  // namespace decibit
