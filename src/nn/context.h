// SPDX-License-Identifier: Apache-2.0
// What a forward pass runs with. There are no globals.
#pragma once

#include <cstdint>
#include <exception>

#include "core/reporter.h"
#include "core/thread_pool.h"
#include "kernels/kernel_table.h"
#include "nn/workspace.h"

namespace decibit {

/// How products with quantized weights are computed; the errors stand in docs/kernels.md.
enum class Compute : std::uint8_t {
  kExact,  // activations and sums in f32
  kAuto,   // 16-bit activations where they are faster: an error of 2e-5, far below BF16's
  kFast    // 8-bit activations for weights of up to 5 bits, 16-bit ones for the others
};

/// Leaves a forward pass that nobody wants any more; whoever gave Context::reporter catches it.
class PassStopped : public std::exception {
 public:
  const char* what() const noexcept override { return "forward pass stopped"; }
};

/// One for each pass that runs at the same time; the table and the pool are shared.
struct Context {
  const KernelTable& kernels;
  ThreadPool& pool;
  Workspace& workspace;
  Compute compute = Compute::kAuto;
  bool direct_convolution = false;     // no Toom-Cook: errors of 1e-7 instead of 1e-5
  const Reporter* reporter = nullptr;  // only asked whether to stop

  /// Layers that run for long call this between their parts; throws PassStopped.
  void check_stop() const {
    if (reporter != nullptr && reporter->cancelled()) throw PassStopped();
  }
};

}  // namespace decibit
