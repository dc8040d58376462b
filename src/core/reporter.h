// SPDX-License-Identifier: Apache-2.0
// What a long operation tells whoever runs it, and how it learns that it should stop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace decibit {

struct Progress {
  std::string_view stage;  // "quantizing"
  std::string_view item;   // the tensor or file at hand
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;  // 0: not known
  bool counts_items = false;      // done and total are numbers of items, not bytes
};

/// Called from the thread that runs the operation. The default says nothing and never stops.
class Reporter {
 public:
  virtual ~Reporter() = default;
  /// A fact worth knowing (a choice made, a tensor left dense).
  virtual void note(std::string_view /*text*/) {}
  /// Something not done as asked.
  virtual void warn(std::string_view /*text*/) {}
  virtual void progress(const Progress& /*progress*/) {}
  /// True once the user asked to stop; polled between blocks.
  virtual bool cancelled() const { return false; }
};

}  // namespace decibit
