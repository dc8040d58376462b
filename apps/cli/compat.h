// SPDX-License-Identifier: Apache-2.0
// The programs of mlx-audio that decibit stands in for when it is called by their names.
#pragma once

#include <span>
#include <string_view>

namespace decibit::cli {

struct ProgramAlias {
  std::string_view name;     // "mlx_audio.convert"
  std::string_view command;  // of decibit, with the same flags
};

std::span<const ProgramAlias> program_aliases();

}  // namespace decibit::cli
