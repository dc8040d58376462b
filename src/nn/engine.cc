// SPDX-License-Identifier: Apache-2.0
#include "nn/engine.h"

#include <fmt/format.h>

#include <vector>

namespace decibit {

Result<std::unique_ptr<Engine>> Engine::make(const Options& options, Reporter& reporter) {
  std::vector<std::string> warnings;
  const KernelTable* table =
      options.isa.empty() ? &choose_table(warnings) : find_table(options.isa);
  if (table == nullptr)
    return fail(ErrorCode::kUsage, fmt::format("this CPU does not run {}", options.isa));
  const KernelTable checked = checked_kernels(*table, warnings);
  for (const std::string& warning : warnings) reporter.warn(warning);
  return std::unique_ptr<Engine>(new Engine(checked, options.threads));
}

}  // namespace decibit
