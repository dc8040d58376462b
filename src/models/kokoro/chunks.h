// SPDX-License-Identifier: Apache-2.0
// How a long phoneme string is cut into what the network takes at once. The same for files, streams
// and the API, because the sound of a chunk depends on all of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace decibit::kokoro {

inline constexpr std::size_t kMostPhonemes = 510;   // Kokoro's positions, less two boundaries
inline constexpr std::size_t kFirstPhonemes = 40;   // the first chunk is short: sound starts early
inline constexpr std::size_t kUsualPhonemes = 300;  // later ones are filled to this

/// Cuts at the ends of sentences, else at clause marks, else (beyond kMostPhonemes) at spaces. A
/// run without marks stays whole up to kMostPhonemes. The first chunk ends at the first mark past
/// kFirstPhonemes. Nothing but spaces at the cuts is lost; no chunk is empty. `most` is less than
/// kMostPhonemes for a network of fewer positions; at least 1.
std::vector<std::u32string> split_phonemes(std::u32string_view phonemes,
                                           std::size_t most = kMostPhonemes);

}  // namespace decibit::kokoro
