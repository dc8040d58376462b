// SPDX-License-Identifier: Apache-2.0
// Any bytes as a NumPy archive: reading ends with arrays or an error, within bounded memory.
#include "io/npz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto tensors = decibit::read_npz(decibit::memory_source("fuzz", bytes));
  if (!tensors) return 0;
  for (const decibit::Tensor& tensor : *tensors) (void)tensor.read_all().has_value();
  return 0;
}
