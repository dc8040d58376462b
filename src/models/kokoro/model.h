// SPDX-License-Identifier: Apache-2.0
// A Kokoro folder, ready to speak.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/reporter.h"
#include "core/result.h"
#include "models/kokoro/vocabulary.h"
#include "models/kokoro/voice.h"
#include "models/source_model.h"
#include "models/styletts2/network.h"
#include "nn/binder.h"

namespace decibit::kokoro {

class Model {
 public:
  static constexpr int kSampleRateHz = 24000;

  /// Any layout of Kokoro that convert reads, and what it writes; weights stay in their files where
  /// they can be used as they lie there. Errors are those of open_source_model, of a schema that
  /// does not fit, and of a config without vocabulary.
  static Result<std::unique_ptr<Model>> load(const std::filesystem::path& path, Reporter& reporter);

  /// The same of a folder that is already open; for networks narrower than the published one.
  static Result<std::unique_ptr<Model>> bind(const SourceModel& source,
                                             const styletts2::DecoderDims& decoder);

  const styletts2::Network& network() const { return network_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  /// Memory of weights that could not be used in place.
  std::size_t owned_bytes() const { return memory_.owned_bytes(); }

  /// Names of the voices there are (voice_files.h), sorted.
  std::vector<std::string> voice_names() const;
  /// A path of a voice file, a name ("af_heart", voice_files.h), or a blend of them (voice.h).
  /// kNotFound for a name that there is not, with those that are near.
  Result<Voice> voice(std::string_view text) const;

 private:
  Model() = default;

  std::filesystem::path folder_;
  WeightMemory memory_;
  styletts2::Network network_;
  Vocabulary vocabulary_;
};

}  // namespace decibit::kokoro
