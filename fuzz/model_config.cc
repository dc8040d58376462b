// SPDX-License-Identifier: Apache-2.0
// A stranger's config.json against everything that believes it: detection, every model's schema,
// and the reading of quantized layers.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "io/checkpoint.h"
#include "models/registry.h"
#include "nn/weights.h"

namespace {

using decibit::Checkpoint;
using decibit::DType;
using decibit::Json;
using decibit::SourceView;

/// One layer whose codes fit several schemes, so that the config has to decide.
Checkpoint ambiguous_layer() {
  Checkpoint checkpoint;
  checkpoint.tensors = {{.name = "x.biases", .dtype = DType::kF16, .shape = {2, 4}},
                        {.name = "x.scales", .dtype = DType::kF16, .shape = {2, 4}},
                        {.name = "x.weight", .dtype = DType::kU32, .shape = {2, 32}}};
  return checkpoint;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = Json::parse({reinterpret_cast<const char*>(data), size});
  if (!config) return 0;
  static const Checkpoint checkpoint = ambiguous_layer();
  static constexpr std::int64_t kShape[] = {64, 64};
  const SourceView source = {{{"x.weight", kShape}}};
  (void)decibit::detect_model(*config, source, {});
  for (const decibit::ModelType& type : decibit::model_types()) (void)type.schema(*config, source);
  (void)decibit::group_weights(checkpoint, *config);
  return 0;
}
