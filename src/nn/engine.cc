// SPDX-License-Identifier: Apache-2.0
#include "nn/engine.h"

#include <fmt/format.h>

#include <vector>

namespace decibit {

Result<std::unique_ptr<Engine>> Engine::make(const Options& options, Reporter& reporter) {
  std::vector<std::string> warnings;
  const std::optional<KernelTable> kernels = tested_kernels(options.isa, warnings);
  if (!kernels)
    return fail(ErrorCode::kUsage, fmt::format("this CPU does not run {}", options.isa));
  for (const std::string& warning : warnings) reporter.warn(warning);
  return std::unique_ptr<Engine>(new Engine(*kernels, options.threads));
}

}  // namespace decibit
