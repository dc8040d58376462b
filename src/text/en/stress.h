// SPDX-License-Identifier: Apache-2.0
// Moving, adding and removing stress marks: misaki's apply_stress.
#pragma once

#include <optional>

#include "text/phones.h"

namespace decibit::text::en {

/// How much a word should be stressed, in halves: misaki's levels times two. none leaves it as it
/// is.
using Stress = std::optional<int>;
constexpr int kStripped = -4;      // no mark at all
constexpr int kDemoted = -2;       // primary becomes secondary, secondary nothing
constexpr int kSlightlyLess = -1;  // demoted, if there is a primary
constexpr int kCapitalised = 1;    // a secondary mark, if there is none
constexpr int kAllCapitals = 4;    // a primary mark

[[nodiscard]] Phones with_stress(Phones phones, Stress stress);

/// Symbols weighed by their length: diphthongs and affricates count twice.
[[nodiscard]] int stress_weight(PhonesView phones);

}  // namespace decibit::text::en
