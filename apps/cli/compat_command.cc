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

/// Whether `link` was made; false when it leads to `program` already. Never replaces anything.
Result<bool> make_link(const fs::path& program, const fs::path& link) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(link, error))) {
    if (fs::equivalent(link, program, error)) return false;
    return fail(ErrorCode::kNotFound,
                fmt::format("{} exists and is another program", link.string()),
                "give another folder, and put it before the other one in PATH");
  }
  fs::create_symlink(program, link, error);
  if (!error) return true;
  return Unexpected(system_error(error.value(), "cannot make the link", link.string()));
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
    const bool is_new = TRY(make_link(program, link));
    outcome.text += fmt::format("{} {}: decibit {}\n",
                                is_new ? "made" : "there already:", link.string(), alias.command);
    if (is_new) made.push_back(link.string());
  }
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
              "their flags. Nothing is ever replaced.",
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
