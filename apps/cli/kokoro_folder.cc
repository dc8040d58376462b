// SPDX-License-Identifier: Apache-2.0
#include "cli/kokoro_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <string>
#include <system_error>

#include "cli/environment.h"
#include "cli/hub_cache.h"
#include "cli/paths.h"

namespace decibit::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kVariable = "DECIBIT_KOKORO_MODEL";
// The original first, then copies of it in MLX's format, by what they lose.
constexpr std::array<std::string_view, 5> kRepositories = {
    "hexgrad/Kokoro-82M", "prince-canuma/Kokoro-82M", "mlx-community/Kokoro-82M-bf16",
    "mlx-community/Kokoro-82M-8bit", "mlx-community/Kokoro-82M-4bit"};

fs::path installed_folder() {
  const fs::path data = user_folder("XDG_DATA_HOME", ".local/share");
  return data.empty() ? data : data / "decibit" / "models" / "kokoro-82m";
}

/// The first of the repositories whose download got as far as its config.
std::optional<fs::path> downloaded_folder() {
  for (const std::string_view name : kRepositories) {
    const auto snapshot = cached_snapshot(name);
    std::error_code error;
    if (snapshot && fs::exists(*snapshot / "config.json", error)) return snapshot;
  }
  return std::nullopt;
}

/// What to type for "org/name" or "org/name@revision".
std::string download_command(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == text.npos) return fmt::format("hf download {}", text);
  return fmt::format("hf download {} --revision {}", text.substr(0, at), text.substr(at + 1));
}

Result<fs::path> named_folder(std::string_view flag, const std::string& text) {
  std::error_code error;
  const bool here = fs::exists(fs::symlink_status(expand_home(text), error));
  if (here || !looks_like_hub_name(text)) return existing_path(flag, text);
  if (const auto snapshot = cached_snapshot(text)) return *snapshot;
  return fail(ErrorCode::kNotFound,
              fmt::format("{} is no folder here and not in the Hub's cache, {}", text,
                          hub_cache().string()),
              download_command(text));
}

}  // namespace

Result<fs::path> kokoro_folder(const Values& values) {
  if (values.given("--model")) return named_folder("--model", values.get("--model"));
  if (const auto folder = environment_path(kVariable))
    return named_folder(kVariable, folder->string());
  const fs::path installed = installed_folder();
  std::error_code error;
  if (!installed.empty() && fs::exists(fs::symlink_status(installed, error))) return installed;
  if (auto downloaded = downloaded_folder()) return *std::move(downloaded);
  const fs::path cache = hub_cache();
  return fail(
      ErrorCode::kNotFound,
      fmt::format("there is no Kokoro model: --model and ${} are not given, {} does not exist, and "
                  "{} has none of {}",
                  kVariable, installed.empty() ? "a folder of the user's data" : installed.string(),
                  cache.empty() ? "the Hub's cache" : cache.string(),
                  fmt::join(kRepositories, ", ")),
      "scripts/demo.sh installs one; or: " + download_command(kRepositories.front()));
}

}  // namespace decibit::cli
