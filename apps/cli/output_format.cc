// SPDX-License-Identifier: Apache-2.0
#include "cli/output_format.h"

#include <fmt/format.h>

#include "core/suggest.h"
#include "io/extension.h"

namespace decibit::cli {
Result<AudioFormat> output_format(const Values& values, const std::filesystem::path& out) {
  const auto written = audio_format_from_name(extension_of(out));
  const auto wanted = audio_format_from_name(values.get("--format"));
  if (written && wanted && *written != *wanted)
    return fail(ErrorCode::kUsage,
                fmt::format("--out {} is named like {}, and --format is {}", out.string(),
                            name(*written), name(*wanted)),
                "leave --format out, or give the file its extension");
  if (wanted) return *wanted;
  if (written) return *written;
  return fail(ErrorCode::kUsage,
              fmt::format("--out {}: no known format has the extension '{}'", out.string(),
                          out.extension().string()),
              fmt::format("--format, or an extension: {}", join(audio_format_names())));
}

}  // namespace decibit::cli
