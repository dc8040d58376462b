// SPDX-License-Identifier: Apache-2.0
// The encoder of every Parakeet: strided convolutions over the spectrogram, then Conformer blocks.
#pragma once

#include <cstdint>

#include "models/config_reader.h"
#include "models/schema_builder.h"

namespace decibit::parakeet {

struct Conformer {
  std::int64_t mels = 0;
  std::int64_t layers = 0;
  std::int64_t width = 0;
  std::int64_t heads = 0;
  std::int64_t ffn = 0;
  std::int64_t conv_taps = 0;
  int halvings = 0;  // of time and frequency before the blocks; 0: one Linear instead
  std::int64_t stride_channels = 0;
  Bias bias = Bias::kYes;
  bool relative_positions = true;
};

/// Reads the member `encoder`; faults go to the reader.
Conformer read_conformer(ConfigReader config);
void add_conformer(SchemaBuilder& builder, const Conformer& conformer);

}  // namespace decibit::parakeet
