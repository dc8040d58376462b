// SPDX-License-Identifier: Apache-2.0
// The program itself and the list of its commands; each command's table is in its own file.
#include "cli/command.h"

#include <algorithm>

#include "cli/choices.h"

namespace decibit::cli {
namespace {

std::vector<std::string> names_of(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const Command& command : commands) names.emplace_back(command.name);
  return names;
}

std::vector<Command> complete(std::vector<Command> commands) {
  const std::vector<std::string> names = names_of(commands);
  for (Command& command : commands) {
    for (Argument& argument : command.arguments) {
      if (argument.name == kCommandArgument) argument.choices = names;
    }
  }
  return commands;
}

}  // namespace

const Flag* Command::find_flag(std::string_view long_name) const {
  const auto found = std::ranges::find_if(flags, [&](const Flag& flag) {
    return flag.name == long_name || (!flag.alias.empty() && flag.alias == long_name);
  });
  return found == flags.end() ? nullptr : &*found;
}

const Flag* Command::find_flag(char short_name) const {
  if (short_name == 0) return nullptr;
  const auto found = std::ranges::find(flags, short_name, &Flag::short_name);
  return found == flags.end() ? nullptr : &*found;
}

Flag switch_flag(Flag flag) {
  flag.value = "true|false";
  flag.choices = {"true", "false"};
  flag.value_optional = true;
  return flag;
}

bool switched_on(const Values& values, std::string_view flag, bool otherwise) {
  return values.given(flag) ? values.get(flag) != "false" : otherwise;
}

Flag threads_flag(std::string_view group) {
  return {.name = "--threads",
          .value = "N",
          .help = "Threads to use",
          .group = group,
          .default_value = "all cores"};
}

Flag isa_flag(std::string_view group) {
  return {.name = "--isa",
          .value = "NAME",
          .help = "Instruction set to use",
          .group = group,
          .default_value = "the best this processor has",
          .choices = isa_choices()};
}

Flag help_flag() {
  return {.name = "--help", .short_name = 'h', .help = "Show this help", .group = "Other"};
}

const Command& program() {
  static const Command kProgram = {
      .name = "",
      .summary = "audio models in the MLX format, on any machine",
      .description =
          "Converts, quantizes and inspects speech models in the MLX format: the folders "
          "that mlx_audio.convert writes, without Python and without a Mac.",
      .flags = {{.name = "--version", .help = "Show the version", .group = "Other"},
                {.name = "--json", .help = "With --version: as JSON", .group = "Other"},
                help_flag()}};
  return kProgram;
}

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands =
      complete({convert_command(), inspect_command(), speak_command(), voices_command(),
                transcribe_command(), generate_command(), stt_generate_command(), compat_command(),
                bench_command(), completion_command(), man_command(), help_command()});
  return kCommands;
}

std::vector<std::string> command_names() { return names_of(commands()); }

const Command* find_command(std::string_view name) {
  const auto found = std::ranges::find(commands(), name, &Command::name);
  return found == commands().end() ? nullptr : &*found;
}

}  // namespace decibit::cli
