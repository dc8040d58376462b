// SPDX-License-Identifier: Apache-2.0
// What a text has to say about itself until somebody asks, in constant memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace decibit::text {

/// Each note once, and only the first kMost: nobody reads a thousand, and a damaged book has them.
class NoteList {
 public:
  static constexpr std::size_t kMost = 64;

  void add(std::string note) {
    if (notes_.size() < kMost && std::find(notes_.begin(), notes_.end(), note) == notes_.end())
      notes_.push_back(std::move(note));
  }
  bool empty() const { return notes_.empty(); }
  std::vector<std::string> take() { return std::exchange(notes_, {}); }

 private:
  std::vector<std::string> notes_;
};

}  // namespace decibit::text
