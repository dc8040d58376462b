// SPDX-License-Identifier: Apache-2.0
// What inspect found, as text and JSON.
#pragma once

#include <string>

#include "cli/outcome.h"
#include "convert/inspect.h"

namespace decibit::cli {

/// Which parts were asked for. The head line, notes and problems always come.
struct InspectSections {
  bool components = false;
  bool tensors = false;  // those left in Inspection::tensors
  bool config = false;
};

Outcome inspect_report(const std::string& path, const Inspection& inspection,
                       const InspectSections& sections);

}  // namespace decibit::cli
