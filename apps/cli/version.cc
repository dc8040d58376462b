// SPDX-License-Identifier: Apache-2.0
// The instruction set is the one that passed its self-test on this machine.
#include "cli/version.h"

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/report_values.h"
#include "core/suggest.h"
#include "kernels/kernel_table.h"

namespace decibit::cli {

Outcome version_report() {
  std::vector<std::string> warnings;
  const std::string chosen(choose_table(warnings).name);
  std::string text = fmt::format("decibit {}", kVersion);
  if (!kCommit.empty()) text += fmt::format(" ({})", kCommit);
  text += fmt::format("\nkernels {} (of {})\nlicence Apache-2.0\n", chosen, join(isa_choices()));
  for (const std::string& warning : warnings) text += "warning " + warning + "\n";

  Json json;
  json.set("version", kVersion);
  json.set("commit", kCommit.empty() ? Json() : Json(kCommit));
  json.set("isa", chosen);
  json.set("isa_supported", json_strings(isa_choices()));
  json.set("licence", "Apache-2.0");
  json.set("warnings", json_strings(warnings));
  return {.text = std::move(text), .json = std::move(json)};
}

}  // namespace decibit::cli
