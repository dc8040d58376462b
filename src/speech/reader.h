// SPDX-License-Identifier: Apache-2.0
// From the bytes of a text to chunks of phonemes: everything that comes before the network.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "models/kokoro/chunks.h"
#include "speech/text_source.h"
#include "speech/word_list.h"
#include "text/en/phonemizer.h"
#include "text/note_list.h"
#include "text/script.h"

namespace decibit::speech {

/// Symbols [first, end) of a chunk's phonemes. A word that was cut has its text in its first part.
struct ChunkWord {
  PassageWord word;
  std::size_t first = 0, end = 0;
};

struct ReadChunk {
  std::size_t paragraph = 0;           // from 0
  std::chrono::milliseconds pause{0};  // before it
  /// No chunk of the paragraph follows. As soon as that is known, but for the end of the text.
  bool ends_paragraph = false;
  /// Empty where what stands last in a paragraph has no sound, so that its end comes by itself, and
  /// in the last chunk of a text that ends in a pause or in notes.
  std::u32string phonemes;
  std::vector<ChunkWord> words;
  std::vector<std::string> notes;  // what was replaced, removed or not understood so far
  std::u32string unspoken;         // characters of the text that have no reading, each once
  std::uint64_t bytes_read = 0;    // of the source, up to about the end of this chunk
  /// When the last of the bytes that it took had come: what follows is our own time, not the wait.
  std::chrono::steady_clock::time_point text_came{};

  /// The words as they are written, in UTF-8.
  std::string text() const;
};

struct ReaderOptions {
  std::chrono::milliseconds paragraph_gap{500};  // silence between paragraphs
  kokoro::ChunkSizes sizes = {};
  /// Of phonemes that a user writes, as the model spells them. None: they stay as they are.
  std::function<std::u32string(std::u32string_view)> spelling = {};
};

/// Memory is a few passages, however long the text. Used by one thread at a time.
class Reader {
 public:
  /// The text is English, or phonemes if there is no `phonemizer`, which outlives the reader.
  Reader(TextSource source, const text::en::Phonemizer* phonemizer, const ReaderOptions& options);

  /// False after the last chunk, or when `stop` is set. Errors are the source's.
  Result<bool> next(ReadChunk& chunk, const std::atomic<bool>& stop);

 private:
  Result<bool> read_more(const std::atomic<bool>& stop);
  void read_passage(text::Passage passage);
  void forget_words();
  std::uint64_t bytes_spoken() const;
  void fill(ReadChunk& chunk, const kokoro::PhonemeChunk& cut);

  TextSource source_;
  const text::en::Phonemizer* phonemizer_;
  std::function<std::u32string(std::u32string_view)> spelling_;
  text::Script script_;
  kokoro::Chunker chunker_;
  std::vector<char> buffer_;
  bool ended_ = false;
  // Words that the chunker may still give; the first has this number.
  std::deque<PassageWord> words_;
  std::uint64_t first_word_ = 0;
  // What the next chunk begins with.
  std::size_t paragraph_ = 0;
  std::chrono::milliseconds pause_{0};
  text::NoteList notes_;
  std::u32string unspoken_;
  std::chrono::steady_clock::time_point text_came_{};
  // Where the passage at hand lies in the source, and how many symbols it is.
  std::uint64_t passage_begin_ = 0, passage_end_ = 0;
  std::size_t passage_symbols_ = 0;
  bool passage_ends_paragraph_ = false;
  bool end_is_due_ = false;  // a chunk of the paragraph was given, but not its end
};

}  // namespace decibit::speech
