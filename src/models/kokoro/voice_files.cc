// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/voice_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <system_error>

#include "core/suggest.h"
#include "models/kokoro/vendored_voices.h"

namespace decibit::kokoro {
namespace {

namespace fs = std::filesystem;

// The first of them is taken where a folder has one voice twice.
constexpr std::array<std::string_view, 4> kExtensions = {".safetensors", ".pt", ".npz", ".bin"};

std::size_t rank(const fs::path& path) {
  const auto found = std::ranges::find(kExtensions, path.extension().string());
  return static_cast<std::size_t>(found - kExtensions.begin());
}

}  // namespace

bool is_voice_file(const fs::path& path) { return rank(path) < kExtensions.size(); }

std::vector<VoiceSource> voice_sources(const fs::path& folder, std::int64_t width) {
  std::map<std::string, fs::path> files;
  std::error_code error;
  auto entry =
      folder.empty() ? fs::directory_iterator() : fs::directory_iterator(folder / "voices", error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& file = entry->path();
    if (!is_voice_file(file)) continue;
    const auto [at, added] = files.try_emplace(file.stem().string(), file);
    if (!added && rank(file) < rank(at->second)) at->second = file;
  }
  if (width == kVendoredVoiceWidth)
    for (const VendoredVoice& voice : vendored_voices()) files.try_emplace(std::string(voice.name));
  std::vector<VoiceSource> sources;
  sources.reserve(files.size());
  for (auto& [name, file] : files) sources.push_back({name, std::move(file)});
  return sources;
}

Result<Voice> read_voice(const VoiceSource& source, std::int64_t width) {
  if (!source.file.empty()) return Voice::read(source.file, width);
  return Voice::from_bytes(find_vendored_voice(source.name)->bytes, source.name, width);
}

Result<VoiceSource> find_voice(const std::string& name, const fs::path& folder,
                               std::int64_t width) {
  if (name.find('/') != name.npos || is_voice_file(name))
    return VoiceSource{fs::path(name).stem().string(), name};
  const std::vector<VoiceSource> sources = voice_sources(folder, width);
  const auto found = std::ranges::find(sources, name, &VoiceSource::name);
  if (found != sources.end()) return *found;
  std::vector<std::string> names;
  for (const VoiceSource& source : sources) names.push_back(source.name);
  return fail(ErrorCode::kNotFound,
              fmt::format("there is no voice {} in {}", name, (folder / "voices").string()),
              did_you_mean(name, names,
                           names.empty() ? "give the path of a voice file"
                                         : fmt::format("one of: {}", join(names))));
}

}  // namespace decibit::kokoro
