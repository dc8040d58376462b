// SPDX-License-Identifier: Apache-2.0
// A Kokoro of a few kilobytes that makes noises: everything but the voice is as in the real one.
#pragma once

#include <memory>
#include <string>

#include "command_line.h"
#include "models/kokoro/model.h"

namespace decibit::testing {

/// Knows the small ASCII letters, the space, `.,!?` and a few of misaki's symbols. It takes 62
/// phonemes at once.
class TinyKokoro {
 public:
  TinyKokoro();
  const kokoro::Model& model() const { return *model_; }
  const kokoro::Voice& voice() const { return voice_; }
  /// Whose numbers overflow in the network.
  kokoro::Voice broken_voice() const { return voice_of(1e30); }

 private:
  kokoro::Voice voice_of(double scale) const;

  ScratchFolder scratch_;
  std::unique_ptr<kokoro::Model> model_;
  kokoro::Voice voice_;
};

}  // namespace decibit::testing
