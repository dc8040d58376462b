// SPDX-License-Identifier: Apache-2.0
// Models that other tools have downloaded: the cache of the Hugging Face Hub on this machine.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace decibit::cli {

/// $HF_HUB_CACHE, else $HUGGINGFACE_HUB_CACHE, else $HF_HOME/hub, else
/// $XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub. Empty without a home.
std::filesystem::path hub_cache();

/// The snapshot of "org/name" or "org/name@revision" (a branch, a tag or a commit; main unless
/// given) in that cache; none when it was never downloaded.
std::optional<std::filesystem::path> cached_snapshot(std::string_view name);

}  // namespace decibit::cli
