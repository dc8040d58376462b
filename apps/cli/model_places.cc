// SPDX-License-Identifier: Apache-2.0
#include "cli/model_places.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <system_error>

#include "cli/environment.h"
#include "cli/hub_cache.h"
#include "cli/paths.h"

namespace decibit::cli {
namespace fs = std::filesystem;
namespace {

fs::path installed_folder(const ModelPlaces& places) {
  const fs::path data = user_folder("XDG_DATA_HOME", ".local/share");
  return data.empty() ? data : data / "decibit" / "models" / places.installed;
}

/// What to type for "org/name" or "org/name@revision".
std::string download_command(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == text.npos) return fmt::format("hf download {}", text);
  return fmt::format("hf download {} --revision {}", text.substr(0, at), text.substr(at + 1));
}

Result<fs::path> named_folder(std::string_view flag, std::string text, const ModelPlaces& places) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(expand_home(text), error))) return existing_path(flag, text);
  const auto size = std::ranges::find(places.sizes, text, &ModelSize::name);
  if (size != places.sizes.end()) text = fmt::format("{}{}", places.family, size->ending);
  if (!looks_like_hub_name(text)) return existing_path(flag, text);
  if (const auto snapshot = cached_snapshot(text)) return *snapshot;
  return fail(ErrorCode::kNotFound,
              fmt::format("{} is no folder here and not in the Hub's cache, {}", text,
                          hub_cache().string()),
              download_command(text));
}

/// The first of the repositories whose download got as far as its config.
std::optional<fs::path> downloaded_folder(const ModelPlaces& places) {
  for (const std::string_view name : places.repositories) {
    auto snapshot = cached_snapshot(name);
    std::error_code error;
    if (snapshot && fs::exists(*snapshot / "config.json", error)) return snapshot;
  }
  return std::nullopt;
}

}  // namespace

Result<fs::path> model_folder(const Values& values, const ModelPlaces& places) {
  if (values.given("--model")) return named_folder("--model", values.get("--model"), places);
  if (const auto named = environment_path(places.variable)) {
    auto folder = named_folder(places.variable, named->string(), places);
    if (!folder)
      return Unexpected(with_context(folder.error(), fmt::format("${}", places.variable)));
    return folder;
  }
  const fs::path installed = installed_folder(places);
  std::error_code error;
  if (!installed.empty() && fs::exists(fs::symlink_status(installed, error))) return installed;
  if (auto downloaded = downloaded_folder(places)) return *std::move(downloaded);
  const fs::path cache = hub_cache();
  return fail(
      ErrorCode::kNotFound,
      fmt::format("there is no {} model: --model and ${} are not given, {} does not exist, and "
                  "{} has none of {}",
                  places.model, places.variable,
                  installed.empty() ? "a folder of the user's data" : installed.string(),
                  cache.empty() ? "the Hub's cache" : cache.string(),
                  fmt::join(places.repositories, ", ")),
      "scripts/demo.sh installs one; or: " + download_command(places.repositories.front()));
}

Error with_variable(const Error& error, const char* variable, const fs::path& folder) {
  const auto named = environment_path(variable);
  return named && *named == folder ? with_context(error, fmt::format("${}", variable)) : error;
}

}  // namespace decibit::cli
