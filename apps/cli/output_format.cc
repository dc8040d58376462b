// SPDX-License-Identifier: Apache-2.0
#include "cli/output_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "core/suggest.h"

namespace decibit::cli {
namespace {

std::optional<AudioFormat> format_of_extension(const std::filesystem::path& out) {
  std::string extension = out.extension().string();
  extension.erase(0, 1);
  std::ranges::transform(extension, extension.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return audio_format_from_name(extension);
}

}  // namespace

Result<AudioFormat> output_format(const Values& values, const std::filesystem::path& out) {
  const auto written = format_of_extension(out);
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
