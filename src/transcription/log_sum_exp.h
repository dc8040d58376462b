// SPDX-License-Identifier: Apache-2.0
// log(sum_i exp(x[i])), from which log softmax is x[i] - log_sum_exp(x).
#pragma once

#include <span>

namespace decibit::transcription {

/// Exponentials in float, their sum in double, in an order that depends on the size only. Entries
/// of -infinity are left out; -infinity when there are no others; NaN when one is NaN or +infinity.
double log_sum_exp(std::span<const float> x);

/// -infinity of nothing; NaN is passed over.
float largest(std::span<const float> x);

}  // namespace decibit::transcription
