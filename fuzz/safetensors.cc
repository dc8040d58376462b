// SPDX-License-Identifier: Apache-2.0
// Any bytes as a safetensors file: what is accepted can be read to its last byte.
#include "io/safetensors.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto file = decibit::read_safetensors(decibit::memory_source("fuzz", bytes));
  if (!file) return 0;
  std::uint64_t used = 0;
  for (const decibit::Tensor& tensor : file->tensors) {
    const auto all = tensor.read_all();
    if (!all) std::abort();
    used += all->size();
  }
  if (used + file->unaccounted_bytes > size) std::abort();  // tensors may not share bytes
  return 0;
}
