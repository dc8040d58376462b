// SPDX-License-Identifier: Apache-2.0
// The tiny random Whisper of tests/golden/models/whisper_tiny, dense or quantized.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "command_line.h"
#include "host_tensors.h"
#include "models/whisper/model.h"
#include "quant/scheme.h"

namespace decibit::testing {

class TinyWhisper {
 public:
  /// The folder of the source, in transformers' layout and F32; with a scheme its linear layers and
  /// its embedding are quantized, and scales and biases are F32, as the goldens have them.
  explicit TinyWhisper(const std::optional<Scheme>& scheme = std::nullopt);

  const std::filesystem::path& folder() const { return scratch_.path(); }
  /// Opens what is in the folder now.
  Result<std::unique_ptr<whisper::Model>> open(Reporter& reporter) const;
  /// The folder as it was made.
  const whisper::Model& model() const { return *model_; }

  /// mel [100, 80] of the goldens.
  static std::vector<float> mel();
  static const HostTensors& golden();
  static std::vector<float> golden(const std::string& name) { return values_of(golden().at(name)); }
  static std::vector<std::int32_t> golden_ids(const std::string& name);

 private:
  ScratchFolder scratch_;
  std::unique_ptr<whisper::Model> model_;
};

}  // namespace decibit::testing
