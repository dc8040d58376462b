// SPDX-License-Identifier: Apache-2.0
// The commands that only print what the tables say: completion, man, help.
#include <unistd.h>

#include "cli/command.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/man.h"
#include "cli/terminal.h"

namespace decibit::cli {
namespace {

constexpr std::string_view kShell = "SHELL";

/// program() when no command is named; another name the parser has refused.
const Command& named_command(const Values& values) {
  return values.given(kCommandArgument) ? *find_command(values.get(kCommandArgument)) : program();
}

Result<Outcome> run_completion(const Values& values, Reporter&) {
  return Outcome{.text = completion_script(values.get(kShell))};
}

Result<Outcome> run_man(const Values& values, Reporter&) {
  return Outcome{.text = man_page(named_command(values))};
}

Result<Outcome> run_help(const Values& values, Reporter&) {
  const Command& command = named_command(values);
  const Terminal terminal = Terminal::of(STDOUT_FILENO);
  return Outcome{.text = command.name.empty() ? program_help_text(terminal)
                                              : help_text(command, terminal)};
}

}  // namespace

Command completion_command() {
  return {.name = "completion",
          .summary = "print a completion script for a shell",
          .description = "Prints a script that lets the shell complete commands, flags and values.",
          .arguments = {{.name = kShell,
                         .help = "The shell",
                         .choices = completion_shells(),
                         .required = true}},
          .flags = {help_flag()},
          .examples = {{"bash, for this session", "source <(decibit completion bash)"},
                       {"fish, for good",
                        "decibit completion fish > ~/.config/fish/completions/decibit.fish"}},
          .run = run_completion,
          .has_page = false};
}

Command man_command() {
  return {
      .name = "man",
      .summary = "print a manual page",
      .description = "Prints the manual page of decibit or of one command, in roff.",
      .arguments = {{.name = kCommandArgument, .help = "A command; decibit itself unless given"}},
      .flags = {help_flag()},
      .examples = {{"read it", "decibit man convert | man -l -"}},
      .run = run_man,
      .has_page = false};
}

Command help_command() {
  return {
      .name = "help",
      .summary = "show what a command does and takes",
      .description = "The same text as COMMAND --help.",
      .arguments = {{.name = kCommandArgument, .help = "A command; decibit itself unless given"}},
      .flags = {help_flag()},
      .run = run_help,
      .has_page = false};
}

}  // namespace decibit::cli
