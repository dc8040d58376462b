// SPDX-License-Identifier: Apache-2.0
#include "speech/notes.h"

#include "core/utf8.h"
#include "speech/symbol_list.h"
#include "text/note_list.h"

namespace decibit::speech {

// Else a list that left some out would look complete here.
static_assert(text::NoteList::kMost > Notes::kMost);

void Notes::add(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    if (seen_.size() > kMost || !seen_.insert(note).second) continue;
    reporter_.note(seen_.size() <= kMost ? note : "there is more like this, which is not shown");
  }
}

void Notes::add_unknown(std::u32string_view symbols) {
  std::u32string unseen;
  for (const char32_t c : symbols)
    if (unknown_.find(c) == unknown_.npos) unseen += c;
  if (unseen.empty()) return;
  unknown_ += unseen;
  reporter_.warn("the model has no symbol for " + symbol_list(unseen) + "; left out");
}

}  // namespace decibit::speech
