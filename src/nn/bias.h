// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace decibit {

/// Whether a layer has one.
enum class Bias : bool { kNo, kYes };

}  // namespace decibit
