// SPDX-License-Identifier: Apache-2.0
// Layout of --help: names in one column over all groups, texts wrapped in the next, never wider
// than can be read.
#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/exit_codes.h"
#include "core/suggest.h"

namespace decibit::cli {
namespace {

constexpr std::size_t kMostColumns = 100;  // longer lines are hard to read

std::size_t page_width(const Terminal& terminal) {
  return std::min<std::size_t>(static_cast<std::size_t>(std::max(terminal.columns, 60)),
                               kMostColumns);
}

struct Entry {
  std::string name, text;
};

/// Names in one column, texts wrapped in the next.
std::string entries_text(const std::vector<Entry>& entries, std::size_t width) {
  std::size_t name_width = 0;
  for (const Entry& entry : entries) name_width = std::max(name_width, display_width(entry.name));
  const std::size_t indent = 2 + name_width + 2;
  std::string text;
  for (const Entry& entry : entries) {
    text +=
        "  " + pad_right(entry.name, name_width) + "  " + wrap(entry.text, width, indent) + "\n";
  }
  return text;
}

std::string flags_text(const Command& command, std::size_t width, const Terminal& terminal) {
  // One name column for all groups, so that the texts line up over the whole page.
  std::size_t name_width = 0;
  for (const Flag& flag : command.flags) {
    name_width = std::max(name_width, flag_synopsis(flag).size());
  }
  std::string text;
  for (std::string_view group : flag_groups(command)) {
    std::vector<Entry> entries;
    for (const Flag& flag : command.flags) {
      if (flag.group != group) continue;
      entries.push_back({pad_right(flag_synopsis(flag), name_width), flag_text(flag)});
    }
    text += "\n" + terminal.bold(group) + "\n" + entries_text(entries, width);
  }
  return text;
}

}  // namespace

std::string flag_synopsis(const Flag& flag) {
  std::string text = flag.short_name == 0 ? "    " : fmt::format("-{}, ", flag.short_name);
  text += flag.name;
  if (!flag.alias.empty()) text += fmt::format(", {}", flag.alias);
  if (flag.value.empty()) return text;
  return text +
         (flag.value_optional ? fmt::format(" [{}]", flag.value) : fmt::format(" {}", flag.value));
}

std::string flag_text(const Flag& flag) {
  std::string text(flag.help);
  // A switch shows them in place of its value.
  if (!flag.choices.empty() && !flag.value_optional) text += ". One of " + join(flag.choices);
  if (!flag.default_value.empty()) text += fmt::format(" (default: {})", flag.default_value);
  if (flag.required) text += " (required)";
  if (flag.repeatable) text += " (repeatable)";
  return text;
}

std::vector<std::string_view> flag_groups(const Command& command) {
  std::vector<std::string_view> groups;
  for (const Flag& flag : command.flags) {
    if (std::ranges::find(groups, flag.group) == groups.end()) groups.push_back(flag.group);
  }
  return groups;
}

std::string usage_line(const Command& command) {
  std::string line = fmt::format("decibit {}", command.name);
  for (const Argument& argument : command.arguments) {
    const std::string name = fmt::format("{}{}", argument.name, argument.repeatable ? "..." : "");
    line += argument.required ? fmt::format(" {}", name) : fmt::format(" [{}]", name);
  }
  for (const Flag& flag : command.flags) {
    if (flag.required) line += fmt::format(" {} {}", flag.name, flag.value);
  }
  return line + (command.flags.size() > 1 ? " [FLAGS]" : "");
}

std::string help_text(const Command& command, const Terminal& terminal) {
  const std::size_t width = page_width(terminal);
  std::string text = fmt::format("{}  {}\n\n{}\n", terminal.bold("usage"), usage_line(command),
                                 wrap(command.description, width, 0));
  if (!command.arguments.empty()) {
    std::vector<Entry> entries;
    for (const Argument& argument : command.arguments) {
      std::string help(argument.help);
      if (!argument.choices.empty()) help += ". One of " + join(argument.choices);
      entries.push_back({std::string(argument.name), help});
    }
    text += "\n" + terminal.bold("Arguments") + "\n" + entries_text(entries, width);
  }
  text += flags_text(command, width, terminal);
  if (!command.examples.empty()) text += "\n" + terminal.bold("Examples") + "\n";
  for (const Example& example : command.examples) {
    text += "  " + terminal.dim(fmt::format("# {}", example.what)) +
            fmt::format("\n  {}\n", example.command);
  }
  return text;
}

std::string program_help_text(const Terminal& terminal) {
  const std::size_t width = page_width(terminal);
  std::string text =
      fmt::format("decibit: {}\n\n{}  decibit COMMAND [FLAGS]\n\n{}\n", program().summary,
                  terminal.bold("usage"), wrap(program().description, width, 0));
  std::vector<Entry> entries;
  for (const Command& command : commands()) {
    entries.push_back({std::string(command.name), std::string(command.summary)});
  }
  text += "\n" + terminal.bold("Commands") + "\n" + entries_text(entries, width);
  text += flags_text(program(), width, terminal);
  entries.clear();
  for (const ExitCode& exit : exit_codes()) {
    entries.push_back({fmt::format("{:>3}", exit.code), std::string(exit.meaning)});
  }
  text += "\n" + terminal.bold("Exit codes") + "\n" + entries_text(entries, width);
  return text + "\ndecibit COMMAND --help says more about one command.\n";
}

}  // namespace decibit::cli
