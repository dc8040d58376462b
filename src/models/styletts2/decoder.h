// SPDX-License-Identifier: Apache-2.0
// From text features, pitch and energy at frame rate to what the generator turns into sound: five
// residual blocks, each fed with pitch, energy and a narrow view of the text again.
#pragma once

#include <span>
#include <vector>

#include "models/styletts2/modules.h"
#include "models/styletts2/residual_block.h"
#include "models/styletts2/weight_norm.h"

namespace decibit::styletts2 {

class Decoder {
 public:
  static Decoder bind(WeightBinder& binder, const Dims& dims, const DecoderDims& decoder);

  std::int64_t outputs() const { return blocks_.back().outputs(); }
  /// y [2 * F, outputs()] from text [F, hidden] and f0, n [2 * F, 1].
  void forward(const Context& context, ConstRows text, ConstRows f0, ConstRows n,
               std::span<const float> style, Rows y) const;

 private:
  DecoderDims dims_ = {};
  NormedConv f0_conv_, n_conv_, residual_;
  ResidualBlock encode_;
  std::vector<ResidualBlock> blocks_;
};

}  // namespace decibit::styletts2
