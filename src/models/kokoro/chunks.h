// SPDX-License-Identifier: Apache-2.0
// How phonemes are cut into what the network takes at once. The same for files, streams and the
// API, because the sound of a chunk depends on all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace decibit::kokoro {

inline constexpr std::size_t kMostPhonemes = 510;   // Kokoro's positions, less two boundaries
inline constexpr std::size_t kFirstPhonemes = 40;   // the first chunk is short: sound starts early
inline constexpr std::size_t kUsualPhonemes = 300;  // later ones are filled to this

struct ChunkSizes {
  std::size_t usual = kUsualPhonemes, most = kMostPhonemes;

  /// `most` is less than kMostPhonemes for a network of fewer positions. Speech slower than half
  /// has proportionally smaller chunks, so that one is no longer than about 40 s.
  static ChunkSizes of(std::int64_t positions, float speed);
};

struct PhonemeChunk {
  static constexpr std::uint64_t kNoWord = ~std::uint64_t{0};

  std::u32string phonemes;
  std::vector<std::uint64_t> words;  // of each of them, as given to Chunker::add
};

/// Takes phonemes as they come and gives chunks, the same however they come.
///
/// Cuts at the ends of sentences, else at clause marks, else (beyond `most`) at spaces. A run
/// without marks stays whole up to `most`. The first chunk ends at the first mark past
/// kFirstPhonemes. Nothing but spaces is lost: those at cuts, and all but one of several. No chunk
/// is empty.
class Chunker {
 public:
  explicit Chunker(ChunkSizes sizes) : sizes_(sizes) {}

  /// `word` is a number of the caller's choice. All white space is one space.
  void add(std::u32string_view phonemes, std::uint64_t word);
  /// A pause, or the end: no chunk joins what came before with what follows. take() everything
  /// before add() is called again.
  void end_passage() { ended_ = true; }
  /// The next chunk; false while symbols that are still to come could become part of it.
  bool take(PhonemeChunk& chunk);
  /// Symbols that have come and were not given yet.
  std::size_t waiting() const { return waiting_.phonemes.size(); }

 private:
  ChunkSizes sizes_;
  PhonemeChunk waiting_;
  bool space_ = false;
  bool first_ = true;
  bool ended_ = false;
};

}  // namespace decibit::kokoro
