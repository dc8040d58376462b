// SPDX-License-Identifier: Apache-2.0
#include "io/sample_source.h"

#include <algorithm>

#include "io/sample_check.h"

namespace decibit {
namespace {

class MemorySamples : public SampleSource {
 public:
  MemorySamples(std::span<const float> samples, int sample_rate_hz)
      : samples_(samples), sample_rate_hz_(sample_rate_hz) {}

  Result<std::size_t> read(std::span<float> out) override {
    const auto block = samples_.subspan(at_, std::min(out.size(), samples_.size() - at_));
    TRY(check_samples(block, 1, at_, sample_rate_hz_, name_));
    std::ranges::copy(block, out.begin());
    at_ += block.size();
    return block.size();
  }
  Status rewind() override {
    at_ = 0;
    return {};
  }
  const std::string& name() const override { return name_; }

 private:
  std::span<const float> samples_;
  int sample_rate_hz_;  // for messages
  std::size_t at_ = 0;
  std::string name_ = "audio";
};

}  // namespace

std::unique_ptr<SampleSource> samples_in_memory(std::span<const float> samples,
                                                int sample_rate_hz) {
  return std::make_unique<MemorySamples>(samples, sample_rate_hz);
}

}  // namespace decibit
