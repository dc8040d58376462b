// SPDX-License-Identifier: Apache-2.0
// A Whisper folder, ready to listen. Any number of Networks may share it, from many threads.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/reporter.h"
#include "core/result.h"
#include "models/source_model.h"
#include "models/whisper/alignment_heads.h"
#include "models/whisper/decoder.h"
#include "models/whisper/dims.h"
#include "models/whisper/encoder.h"
#include "nn/binder.h"

namespace decibit::whisper {

class Model {
 public:
  /// Any layout of Whisper that convert reads, and what it writes; weights stay in their files
  /// where they can be used as they lie there, in their own type. Errors are those of
  /// open_source_model, of a schema that does not fit, and of a network that is none of Whisper's.
  static Result<std::unique_ptr<Model>> load(const std::filesystem::path& path, Reporter& reporter);

  /// The same of a folder that is already open, with windows of any length.
  static Result<std::unique_ptr<Model>> bind(const SourceModel& source, Reporter& reporter);

  const Dims& dims() const { return dims_; }
  const Encoder& encoder() const { return encoder_; }
  const Decoder& decoder() const { return decoder_; }
  const std::vector<AlignmentHead>& alignment_heads() const { return alignment_heads_; }
  /// Where a tokenizer may lie.
  const std::filesystem::path& folder() const { return folder_; }
  /// Memory of weights that could not be used in place.
  std::size_t owned_bytes() const { return memory_.owned_bytes(); }

 private:
  Model() = default;

  std::filesystem::path folder_;
  Dims dims_;
  WeightMemory memory_;
  Encoder encoder_;
  Decoder decoder_;
  std::vector<AlignmentHead> alignment_heads_;
};

}  // namespace decibit::whisper
