// SPDX-License-Identifier: Apache-2.0
#include "cli/whisper_folder.h"

#include <array>

#include "cli/model_places.h"

namespace decibit::cli {
namespace {

constexpr std::array<std::string_view, 1> kRepositories = {"openai/whisper-base"};

// Those that the Hub has as openai/whisper-...
constexpr std::array<std::string_view, 12> kSizes = {
    "tiny",   "tiny.en",   "base",  "base.en",  "small",    "small.en",
    "medium", "medium.en", "large", "large-v2", "large-v3", "large-v3-turbo"};

}  // namespace

Result<std::filesystem::path> whisper_folder(const Values& values) {
  return model_folder(values, {.model = "Whisper",
                               .variable = kWhisperVariable,
                               .installed = "whisper-base",
                               .repositories = kRepositories,
                               .family = "openai/whisper-",
                               .sizes = kSizes});
}

}  // namespace decibit::cli
