// SPDX-License-Identifier: Apache-2.0
// `decibit compat`: links with the names of mlx-audio's programs.
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "cli/command.h"
#include "cli/compat.h"
#include "cli/paths.h"
#include "cli/report_values.h"

namespace decibit::cli {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kFolder = "DIR";
constexpr std::array kProgramAliases = {ProgramAlias{"mlx_audio.convert", "convert"},
                                        ProgramAlias{"mlx_audio.tts.generate", "generate"},
                                        ProgramAlias{"mlx_audio.stt.generate", "stt-generate"}};

/// Whether `link` is still to be made; false when it leads to `program` already. Nothing is ever
/// replaced.
Result<bool> is_missing(const fs::path& program, const fs::path& link) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(link, error))) return true;
  if (fs::equivalent(link, program, error)) return false;
  return fail(ErrorCode::kNotFound, fmt::format("{} exists and is another program", link.string()),
              "give another folder, and put it before the other one in PATH");
}

/// All of `links`, or none.
Status make_links(const fs::path& program, const std::vector<std::string>& links) {
  for (std::size_t i = 0; i < links.size(); ++i) {
    std::error_code error, ignored;
    fs::create_symlink(program, links[i], error);
    if (!error) continue;
    for (std::size_t made = 0; made < i; ++made) fs::remove(links[made], ignored);
    return Unexpected(system_error(error.value(), "cannot make the link", links[i]));
  }
  return {};
}

Result<Outcome> run(const Values& values, Reporter&) {
  const fs::path folder = TRY(existing_path(kFolder, values.get(kFolder)));
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error)
    return Unexpected(system_error(error.value(), "cannot find this program in", "/proc/self/exe"));
  Outcome outcome;
  std::vector<std::string> made;
  for (const ProgramAlias& alias : program_aliases()) {
    const fs::path link = folder / alias.name;
    const bool is_new = TRY(is_missing(program, link));
    outcome.text += fmt::format("{} {}: decibit {}\n",
                                is_new ? "made" : "there already:", link.string(), alias.command);
    if (is_new) made.push_back(link.string());
  }
  TRY(make_links(program, made));
  outcome.json.set("made", json_strings(made));
  return outcome;
}

}  // namespace

std::span<const ProgramAlias> program_aliases() { return kProgramAliases; }

Command compat_command() {
  return {.name = "compat",
          .summary = "make links that stand in for mlx-audio's programs",
          .description =
              "Makes links to decibit in a folder, named like the programs of mlx-audio: "
              "mlx_audio.convert, mlx_audio.tts.generate and mlx_audio.stt.generate. Called by "
              "these names, decibit takes "
              "their flags. Nothing is ever replaced; if one cannot be made, none is.",
          .arguments = {{.name = kFolder,
                         .help = "An existing folder, early in PATH",
                         .required = true,
                         .completes = Completes::kFolder}},
          .flags = {{.name = "--json",
                     .help = "Print one JSON object instead of text",
                     .group = "Other"},
                    help_flag()},
          .examples = {{"for scripts that call mlx-audio", "decibit compat ~/.local/bin"}},
          .run = run};
}

}  // namespace decibit::cli
