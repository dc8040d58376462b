// SPDX-License-Identifier: Apache-2.0
#include "speech/reader.h"

#include <iterator>
#include <utility>

#include "core/utf8.h"
#include "speech/symbol_list.h"

namespace decibit::speech {
namespace {

constexpr std::size_t kReadBytes = 4096;
constexpr std::uint64_t kNoWord = kokoro::PhonemeChunk::kNoWord;

}  // namespace

std::string ReadChunk::text() const {
  std::string text;
  for (const ChunkWord& part : words) {
    text += part.word.text;
    if (part.word.space_after && !text.empty()) text += ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

Reader::Reader(TextSource source, const text::en::Phonemizer* phonemizer,
               const ReaderOptions& options)
    : source_(std::move(source)),
      phonemizer_(phonemizer),
      spelling_(options.spelling),
      script_(options.paragraph_gap),
      chunker_(options.sizes),
      buffer_(kReadBytes) {}

Result<bool> Reader::next(ReadChunk& chunk, const std::atomic<bool>& stop) {
  kokoro::PhonemeChunk cut;
  while (!chunker_.take(cut)) {
    if (passage_ends_paragraph_ && end_is_due_) break;
    if (TRY(read_more(stop))) continue;
    if (pause_.count() == 0 && notes_.empty()) return false;
    break;
  }
  fill(chunk, cut);
  return true;
}

/// Gives the chunker the next passage; false if there is none.
Result<bool> Reader::read_more(const std::atomic<bool>& stop) {
  text::Passage passage;
  while (!script_.take(passage)) {
    if (ended_ || stop.load()) return false;
    const std::size_t got = TRY(source_.read(buffer_, stop));
    text_came_ = std::chrono::steady_clock::now();
    if (got > 0) {
      script_.add({buffer_.data(), got});
    } else {
      script_.end();
      ended_ = true;
    }
  }
  read_passage(std::move(passage));
  return true;
}

void Reader::read_passage(text::Passage passage) {
  paragraph_ = passage.paragraph;
  pause_ += passage.pause;
  passage_ends_paragraph_ = passage.ends_paragraph;
  passage_begin_ = std::exchange(passage_end_, passage.bytes_read);
  for (std::string& note : passage.notes) notes_.add(std::move(note));
  forget_words();
  WordList list;
  if (phonemizer_ == nullptr) {
    const std::u32string written = code_points(passage.text);
    list = words_of_phonemes(spelling_ ? spelling_(written) : written);
  } else {
    text::en::Phonemes read = phonemizer_->phonemize(passage.text);
    for (std::string& note : read.notes) notes_.add(std::move(note));
    add_each_once(read.unspoken, unspoken_);
    list = words_of(read.tokens);
  }
  const std::uint64_t base = first_word_ + words_.size();
  for (const Segment& segment : list.segments)
    chunker_.add(segment.phonemes, segment.word ? base + *segment.word : kNoWord);
  std::move(list.words.begin(), list.words.end(), std::back_inserter(words_));
  if (passage.ends) {
    chunker_.end_passage();
  } else if (passage.space_after) {
    chunker_.add(U" ", kNoWord);
    if (!words_.empty()) words_.back().space_after = true;
  }
  passage_symbols_ = chunker_.waiting();
}

/// With no symbol waiting, the words that are still there have none: passages of emoji, say.
void Reader::forget_words() {
  if (chunker_.waiting() > 0) return;
  first_word_ += words_.size();
  words_.clear();
}

/// As far as the symbols that still wait are not that far.
std::uint64_t Reader::bytes_spoken() const {
  if (passage_symbols_ == 0) return passage_end_;
  const double waiting =
      static_cast<double>(chunker_.waiting()) / static_cast<double>(passage_symbols_);
  return passage_end_ -
         static_cast<std::uint64_t>(waiting * static_cast<double>(passage_end_ - passage_begin_));
}

void Reader::fill(ReadChunk& chunk, const kokoro::PhonemeChunk& cut) {
  chunk.paragraph = paragraph_;
  chunk.pause = std::exchange(pause_, std::chrono::milliseconds(0));
  chunk.ends_paragraph = passage_ends_paragraph_ && chunker_.waiting() == 0;
  end_is_due_ = !chunk.ends_paragraph;
  chunk.phonemes = cut.phonemes;
  chunk.notes = notes_.take();
  chunk.unspoken = std::exchange(unspoken_, {});
  chunk.bytes_read = bytes_spoken();
  chunk.text_came = text_came_;
  chunk.words.clear();
  std::uint64_t last = kNoWord;
  for (std::size_t i = 0; i < cut.words.size(); ++i) {
    const std::uint64_t number = cut.words[i];
    if (number == kNoWord) continue;
    if (number != last) {
      PassageWord& word = words_[number - first_word_];
      chunk.words.push_back({word, i, i});
      word.text.clear();  // its further parts, if it is cut, have none
      last = number;
    }
    chunk.words.back().end = i + 1;
  }
  for (; last != kNoWord && first_word_ < last; ++first_word_) words_.pop_front();
}

}  // namespace decibit::speech
