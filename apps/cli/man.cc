// SPDX-License-Identifier: Apache-2.0
// man(7) macros only, so that every roff reads them.
#include "cli/man.h"

#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/help.h"
#include "cli/version.h"

namespace decibit::cli {
namespace {

/// Text as roff shows it literally: no escape, no request at the start of a line, minus signs that
/// can be copied into a shell.
std::string roff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

/// Paragraphs, which are separated by an empty line in the table.
std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    out += ".PP\n" + roff(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return out;
}

std::string flag_entry(const Flag& flag) {
  std::string names = fmt::format("\\fB{}\\fR", roff(flag.name));
  if (!flag.alias.empty()) names += fmt::format(", \\fB{}\\fR", roff(flag.alias));
  if (flag.short_name != 0) names = fmt::format("\\fB\\-{}\\fR, {}", flag.short_name, names);
  if (!flag.value.empty()) {
    names += flag.value_optional ? fmt::format(" [\\fI{}\\fR]", roff(flag.value))
                                 : fmt::format(" \\fI{}\\fR", roff(flag.value));
  }
  return fmt::format(".TP\n{}\n{}.\n", names, roff(flag_text(flag)));
}

std::string options_section(const Command& command) {
  std::string text = ".SH OPTIONS\n";
  for (std::string_view group : flag_groups(command)) {
    text += fmt::format(".SS {}\n", roff(group));
    for (const Flag& flag : command.flags) {
      if (flag.group == group) text += flag_entry(flag);
    }
  }
  return text;
}

std::string commands_section() {
  std::string text = ".SH COMMANDS\n";
  for (const Command& command : commands()) {
    text += fmt::format(".TP\n\\fB{}\\fR\n{}.\n", roff(command.name), roff(command.summary));
  }
  return text;
}

std::string exit_section() {
  std::string text = ".SH EXIT STATUS\n";
  for (const ExitCode& exit : exit_codes()) {
    text += fmt::format(".TP\n.B {}\n{}.\n", exit.code, roff(exit.meaning));
  }
  return text;
}

std::string examples_section(const Command& command) {
  if (command.examples.empty()) return {};
  std::string text = ".SH EXAMPLES\n";
  for (const Example& example : command.examples) {
    text += fmt::format(".PP\n{}:\n.PP\n.nf\n.RS\n{}\n.RE\n.fi\n", roff(example.what),
                        roff(example.command));
  }
  return text;
}

std::string see_also_section(const Command& subject) {
  std::string text = ".SH SEE ALSO\n";
  std::string_view separator = "";
  const auto add = [&](std::string_view page) {
    text += fmt::format("{}\\fB{}\\fR(1)", separator, page);
    separator = ", ";
  };
  if (!subject.name.empty()) add("decibit");
  for (const Command& command : commands()) {
    if (command.has_page && command.name != subject.name)
      add(fmt::format("decibit\\-{}", command.name));
  }
  return text + "\n";
}

}  // namespace

std::string man_page(const Command& command) {
  const bool whole = command.name.empty();
  const std::string title = whole ? "decibit" : fmt::format("decibit-{}", command.name);
  const std::string usage = whole ? "decibit COMMAND [FLAGS]" : usage_line(command);
  std::string page = fmt::format(
      ".TH {} 1 \"\" \"decibit {}\" \"User Commands\"\n.nh\n.ad l\n"
      ".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n.SH DESCRIPTION\n{}",
      roff(title), kVersion, roff(title), roff(command.summary), roff(usage),
      paragraphs(command.description));
  if (whole) page += commands_section();
  page += options_section(command) + exit_section() + examples_section(command);
  return page + see_also_section(command);
}

}  // namespace decibit::cli
