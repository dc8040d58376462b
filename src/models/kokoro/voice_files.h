// SPDX-License-Identifier: Apache-2.0
// Which voices there are: the files beside a model's weights, then those that the program carries.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "models/kokoro/voice.h"

namespace decibit::kokoro {

/// Whether the extension is one that Voice::read knows.
bool is_voice_file(const std::filesystem::path& path);

struct VoiceSource {
  std::string name;            // "af_heart"
  std::filesystem::path file;  // empty: carried by the program
};

/// Sorted by name, each name once: a file of `folder`/voices goes before a carried voice. `folder`
/// is a model's, or empty for the carried voices alone; those are offered where `width` is theirs.
std::vector<VoiceSource> voice_sources(const std::filesystem::path& folder, std::int64_t width);

/// `width` is that of the model's styles. Errors are those of Voice::read.
Result<Voice> read_voice(const VoiceSource& source, std::int64_t width);

/// The voice called `name`, or the file of that path. kNotFound says which names are near.
Result<VoiceSource> find_voice(const std::string& name, const std::filesystem::path& folder,
                               std::int64_t width);

}  // namespace decibit::kokoro
