// SPDX-License-Identifier: Apache-2.0
// Any bytes as a script of phonemes, in pieces: chunks that the network takes, the same for every
// way of cutting the bytes, with words that lie in them in order. The first byte is the size of
// pieces.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "speech/reader.h"

namespace {

using decibit::speech::ReadChunk;

std::vector<ReadChunk> read(const std::string& text, std::size_t piece) {
  decibit::speech::TextSource source = decibit::speech::text_in_memory(text);
  source.read = [read = source.read, piece](std::span<char> to, const std::atomic<bool>& stop) {
    return read(to.first(std::min(piece, to.size())), stop);
  };
  decibit::speech::Reader reader(std::move(source), nullptr, {});
  const std::atomic<bool> go_on{false};
  std::vector<ReadChunk> chunks;
  ReadChunk chunk;
  while (reader.next(chunk, go_on).value()) chunks.push_back(chunk);
  return chunks;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, data + size);
  const std::vector<ReadChunk> chunks = read(text, std::max<std::size_t>(data[0], 1));
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const ReadChunk& chunk = chunks[i];
    require(chunk.phonemes.size() <= decibit::kokoro::kMostPhonemes);
    require(!chunk.phonemes.empty() || chunk.ends_paragraph || i + 1 == chunks.size());
    if (i + 1 < chunks.size())
      require(chunk.ends_paragraph == (chunk.paragraph != chunks[i + 1].paragraph));
    std::size_t end = 0;
    for (const decibit::speech::ChunkWord& word : chunk.words) {
      require(end <= word.first && word.first < word.end && word.end <= chunk.phonemes.size());
      end = word.end;
    }
  }
  const std::vector<ReadChunk> whole = read(text, size);
  require(whole.size() == chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i)
    require(whole[i].phonemes == chunks[i].phonemes && whole[i].pause == chunks[i].pause &&
            whole[i].text() == chunks[i].text() &&
            whole[i].ends_paragraph == chunks[i].ends_paragraph);
  return 0;
}
