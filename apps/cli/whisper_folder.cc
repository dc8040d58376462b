// SPDX-License-Identifier: Apache-2.0
#include "cli/whisper_folder.h"

#include <array>

#include "cli/model_places.h"

namespace decibit::cli {
namespace {

constexpr std::array<std::string_view, 1> kRepositories = {"openai/whisper-base"};

// As OpenAI calls them, of openai/whisper-... on the Hub, where plain "large" is the first of them.
constexpr std::array<ModelSize, 14> kSizes = {{{"tiny", "tiny"},
                                               {"tiny.en", "tiny.en"},
                                               {"base", "base"},
                                               {"base.en", "base.en"},
                                               {"small", "small"},
                                               {"small.en", "small.en"},
                                               {"medium", "medium"},
                                               {"medium.en", "medium.en"},
                                               {"large-v1", "large"},
                                               {"large-v2", "large-v2"},
                                               {"large-v3", "large-v3"},
                                               {"large", "large-v3"},
                                               {"large-v3-turbo", "large-v3-turbo"},
                                               {"turbo", "large-v3-turbo"}}};

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
