// SPDX-License-Identifier: Apache-2.0
// A Kokoro of a few kilobytes that makes noises: everything but the voice is as in the real one.
#pragma once

#include <memory>
#include <string>

#include "models/kokoro/model.h"

namespace decibit::testing {

/// Knows the small ASCII letters, the space, `.,!?` and a few of misaki's symbols. It takes 62
/// phonemes at once. The tensor `damaged` is all NaN.
std::unique_ptr<kokoro::Model> tiny_kokoro(const std::string& damaged = {});
/// A voice for it. With a scale of 1e30 the network's numbers overflow.
kokoro::Voice tiny_voice(double scale = 1);

}  // namespace decibit::testing
