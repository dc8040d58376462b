// SPDX-License-Identifier: Apache-2.0
// The command line as data. Parsing, --help, shell completion and man pages all read these tables,
// so a flag exists everywhere or nowhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/outcome.h"
#include "cli/values.h"
#include "core/reporter.h"
#include "core/result.h"

namespace decibit::cli {

/// What a shell may offer for a value that has no fixed choices.
enum class Completes : std::uint8_t { kNothing, kFolder, kFile };

struct Flag {
  std::string_view name;                  // "--q-bits"
  char short_name = 0;                    // 'q' for -q
  std::string_view value = {};            // "N", as help calls it; empty: the flag takes no value
  std::string_view help = {};             // starts with a capital, no final stop
  std::string_view group = {};            // heading in --help
  std::string default_value = {};         // shown only
  std::vector<std::string> choices = {};  // when not empty, no other value is accepted
  bool value_optional = false;
  bool repeatable = false;
  bool required = false;
  Completes completes = Completes::kNothing;
  std::string_view alias = {};  // another long name, as other programs call it
};

/// The argument that names a command; commands() fills in its choices, once it knows them.
constexpr std::string_view kCommandArgument = "COMMAND";

struct Argument {
  std::string_view name;  // "PATH"
  std::string_view help = {};
  std::vector<std::string> choices = {};
  bool required = false;
  bool repeatable = false;
  Completes completes = Completes::kNothing;
  std::string_view if_more = {};  // advice when more words are given than there are arguments
};

struct Example {
  std::string_view what;
  std::string_view command;
};

struct Command {
  std::string_view name;         // "convert"; empty: decibit itself
  std::string_view summary;      // one line
  std::string_view description;  // paragraphs, for --help and the man page
  std::vector<Argument> arguments = {};
  std::vector<Flag> flags = {};
  std::vector<Example> examples = {};
  Result<Outcome> (*run)(const Values& values, Reporter& reporter) = nullptr;
  bool has_page = true;  // a man page that is installed (CMakeLists.txt)
  /// Whether standard output holds something else than the outcome, which then goes to standard
  /// error. Null: it never does.
  bool (*takes_stdout)(const Values& values) = nullptr;

  const Flag* find_flag(std::string_view long_name) const;
  const Flag* find_flag(char short_name) const;
};

/// decibit without a command.
const Command& program();
/// All commands, in the order in which help lists them.
const std::vector<Command>& commands();
std::vector<std::string> command_names();
/// Null when there is none of this name.
const Command* find_command(std::string_view name);

/// -h/--help, which every command has.
Flag help_flag();
/// `flag` with an optional value: on by itself and with true, off with false, as OpenAI's programs
/// have it.
Flag switch_flag(Flag flag);
/// What a switch was set to, or `otherwise`.
bool switched_on(const Values& values, std::string_view flag, bool otherwise);
/// Of commands that compute.
Flag threads_flag(std::string_view group);
Flag isa_flag(std::string_view group);

// One row each of commands(), in the file of the same name.
Command convert_command();
Command inspect_command();
Command speak_command();
Command voices_command();
Command transcribe_command();
Command generate_command();
Command stt_generate_command();
Command compat_command();
Command bench_command();
Command completion_command();
Command man_command();
Command help_command();

}  // namespace decibit::cli
