// SPDX-License-Identifier: Apache-2.0
// A text that comes a few bytes at a time.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "speech/text_source.h"

namespace decibit::testing {

/// `text`, `piece` bytes at a time.
inline speech::TextSource in_pieces(std::string text, std::size_t piece) {
  speech::TextSource whole = speech::text_in_memory(std::move(text));
  whole.read = [read = whole.read, piece](std::span<char> to, const std::atomic<bool>& stop) {
    return read(to.first(std::min(piece, to.size())), stop);
  };
  return whole;
}

}  // namespace decibit::testing
