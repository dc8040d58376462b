// SPDX-License-Identifier: Apache-2.0
// Any text as a config: what is parsed and written is parsed again to the same text.
#include <cstdlib>

#include "io/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = decibit::Json::parse(text);
  if (!json) return 0;
  for (int indent : {-1, 4}) {
    const std::string dumped = json->dump(indent);
    const auto again = decibit::Json::parse(dumped, decibit::Json::Duplicates::kError);
    if (!again || again->dump(indent) != dumped) std::abort();
  }
  return 0;
}
