// SPDX-License-Identifier: Apache-2.0
#include "cli/kokoro_folder.h"

#include <array>

#include "cli/environment.h"
#include "cli/model_places.h"

namespace decibit::cli {
namespace {

// The original first, then copies of it in MLX's format, by what they lose.
constexpr std::array<std::string_view, 5> kRepositories = {
    "hexgrad/Kokoro-82M", "prince-canuma/Kokoro-82M", "mlx-community/Kokoro-82M-bf16",
    "mlx-community/Kokoro-82M-8bit", "mlx-community/Kokoro-82M-4bit"};

}  // namespace

Result<std::filesystem::path> kokoro_folder(const Values& values) {
  return model_folder(values, {.model = "Kokoro",
                               .variable = kKokoroVariable,
                               .installed = "kokoro-82m",
                               .repositories = kRepositories});
}

bool names_kokoro(const Values& values) {
  return values.given("--model") || environment_path(kKokoroVariable);
}

}  // namespace decibit::cli
