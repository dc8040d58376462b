// SPDX-License-Identifier: Apache-2.0
// Any text as a shard index: no accepted file name leads out of the folder.
#include "io/shard_index.h"

#include <cstdlib>
#include <filesystem>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto index = decibit::parse_shard_index(text);
  if (!index) return 0;
  for (const std::string& file : index->files()) {
    const auto path = (std::filesystem::path("/folder") / file).lexically_normal().string();
    if (!path.starts_with("/folder")) std::abort();
  }
  return 0;
}
