// SPDX-License-Identifier: Apache-2.0
// The layout is that of huggingface_hub: models--ORG--NAME/refs/REVISION holds a commit, whose
// files are in models--ORG--NAME/snapshots/COMMIT.
#include "cli/hub_cache.h"

#include <string>
#include <system_error>

#include "cli/environment.h"
#include "io/byte_source.h"

namespace decibit::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kLongestRef = 4096;

/// "org/name" as the cache spells it.
std::string cache_folder(std::string_view name) {
  std::string folder = "models--" + std::string(name);
  const std::size_t slash = folder.find('/');
  if (slash != folder.npos) folder.replace(slash, 1, "--");
  return folder;
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

/// No way out of the folder it is looked up in.
bool is_safe(std::string_view revision) {
  return !revision.empty() && revision.front() != '/' && revision.find("..") == revision.npos;
}

}  // namespace

fs::path hub_cache() {
  for (const char* variable : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (auto folder = environment_path(variable)) return *folder;
  if (auto home = environment_path("HF_HOME")) return *home / "hub";
  const fs::path caches = user_folder("XDG_CACHE_HOME", ".cache");
  return caches.empty() ? fs::path() : caches / "huggingface" / "hub";
}

std::optional<fs::path> cached_snapshot(std::string_view name) {
  const fs::path cache = hub_cache();
  if (cache.empty()) return {};
  const std::size_t at = name.find('@');
  const fs::path repository = cache / cache_folder(name.substr(0, at));
  std::string revision(at == name.npos ? "main" : name.substr(at + 1));
  if (!is_safe(revision)) return {};
  if (const auto commit = read_text(repository / "refs" / revision, kLongestRef))
    revision = trimmed(*commit);
  if (!is_safe(revision)) return {};
  fs::path snapshot = repository / "snapshots" / revision;
  std::error_code error;
  if (!fs::is_directory(snapshot, error)) return {};
  return snapshot;
}

}  // namespace decibit::cli
