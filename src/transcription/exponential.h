// SPDX-License-Identifier: Apache-2.0
// exp for whole vocabularies: a few multiplications that compilers make four or more lanes of.
#pragma once

#include <span>

namespace decibit::transcription {

/// out[i] = exp(scale (x[i] - most)), where no x[i] is above `most` and scale > 0, within 2 units
/// in the last place of a float; exp(-87) for all below it, NaN for NaN.
void exponentials(std::span<const float> x, float most, float scale, float* out);

}  // namespace decibit::transcription
