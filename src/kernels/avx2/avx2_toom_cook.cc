// SPDX-License-Identifier: Apache-2.0
#include "kernels/avx2/vec.h"
#include "kernels/simd/toom_cook.h"

namespace decibit::isa {

extern const ToomCook kAvx2ToomCook;
const ToomCook kAvx2ToomCook = {std::int64_t{kFeatureVectors} * Vec::kLanes, kToomCookStep,
                                toom_cook_supports<Vec>, toom_cook_scratch<Vec>, toom_cook<Vec>};

}  // namespace decibit::isa
