// SPDX-License-Identifier: Apache-2.0
#include "convert/voices.h"

#include <fmt/format.h>

#include "io/safetensors.h"
#include "io/torch_file.h"

namespace decibit {

Status convert_torch_voice(const std::filesystem::path& source,
                           const std::filesystem::path& target) {
  const std::vector<Tensor> tensors = TRY(open_torch_file(source));
  if (tensors.size() != 1)
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: a voice file holds one tensor; this one holds {}", source.string(),
                            tensors.size()));
  const Tensor& voice = tensors.front();
  const std::vector<std::byte> bytes = TRY(voice.read_all());
  auto writer = TRY(SafetensorsWriter::create(target, {{"voice", voice.dtype, voice.shape}},
                                              {{"format", "mlx"}}));
  TRY(writer.write_at(writer.offset_of(0), bytes));
  return writer.finish();
}

}  // namespace decibit
