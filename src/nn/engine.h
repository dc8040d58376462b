// SPDX-License-Identifier: Apache-2.0
// What all models of a process share: tested kernels and threads. Any number of contexts may use
// one engine at once; their loops then take turns.
#pragma once

#include <memory>
#include <string>

#include "core/reporter.h"
#include "core/result.h"
#include "core/thread_pool.h"
#include "kernels/kernel_table.h"

namespace decibit {

class Engine {
 public:
  struct Options {
    unsigned threads = 0;  // 0: usable_cores()
    std::string isa;       // empty: the best that passes its self-test
  };
  /// Warns of kernels that failed their self-test and were replaced. kUsage when this CPU has no
  /// table of the name.
  static Result<std::unique_ptr<Engine>> make(const Options& options, Reporter& reporter);

  const KernelTable& kernels() const { return kernels_; }
  ThreadPool& pool() { return pool_; }

 private:
  Engine(const KernelTable& kernels, unsigned threads) : kernels_(kernels), pool_(threads) {}
  KernelTable kernels_;
  ThreadPool pool_;
};

}  // namespace decibit
