// SPDX-License-Identifier: Apache-2.0
// Telling a folder that is missing from a Hub name, so that each gets the advice that helps.
#include "cli/paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "cli/environment.h"
#include "core/suggest.h"
#include "models/source_model.h"

namespace decibit::cli {
namespace {

/// Names beside a path that does not exist, for "did you mean".
std::string nearest_sibling(const std::filesystem::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  auto entry = std::filesystem::directory_iterator(parent, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::ranges::sort(names);
  const std::string name = path.filename().string();
  return did_you_mean(name, names, "");
}

bool is_hub_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

/// The folder of a repository in the Hub's cache holds no model itself: one for each commit lies in
/// snapshots/.
Status refuse_cache_root(const std::filesystem::path& path) {
  const std::filesystem::path snapshots = path / "snapshots";
  std::error_code error;
  const auto commit = std::filesystem::directory_iterator(snapshots, error);
  if (error || !repository_name(path).starts_with("models--")) return {};
  const bool empty = commit == std::filesystem::directory_iterator();
  return fail(ErrorCode::kUsage,
              fmt::format("{} is a repository of the Hub's cache: its models are in snapshots/",
                          path.string()),
              empty ? (snapshots / "COMMIT").string() : commit->path().string());
}

}  // namespace

bool looks_like_hub_name(std::string_view text) {
  const std::string_view name = text.substr(0, text.find('@'));
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view owner = name.substr(0, slash), repository = name.substr(slash + 1);
  const auto is_part = [](std::string_view part) {
    return !part.empty() && part != "." && part != ".." &&
           std::ranges::all_of(part, is_hub_character);
  };
  return is_part(owner) && is_part(repository);
}

Result<std::filesystem::path> existing_path(std::string_view flag, const std::string& text) {
  if (text.empty()) return fail(ErrorCode::kUsage, fmt::format("{} is empty", flag));
  const std::filesystem::path path = expand_home(text);
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status)) {
    TRY(refuse_cache_root(path));
    return path;
  }
  if (status.type() == std::filesystem::file_type::none) {
    return Unexpected(system_error(error.value(), "cannot look at", text));
  }
  if (looks_like_hub_name(text)) {
    const std::string name = text.substr(0, text.find('@'));
    const std::string folder = name.substr(name.find('/') + 1);
    return Unexpected(
        Error{ErrorCode::kUsage,
              fmt::format("{} is no folder here, and Hub access is not in this version", text),
              {},
              {},
              fmt::format("hf download {} --local-dir {} first, then {} ./{}", name, folder, flag,
                          folder)});
  }
  return fail(ErrorCode::kNotFound, fmt::format("{}: no such file or folder", text),
              nearest_sibling(path));
}

}  // namespace decibit::cli
