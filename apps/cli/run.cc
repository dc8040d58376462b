// SPDX-License-Identifier: Apache-2.0
// Parse, run, print; every way out ends in one of the documented exit codes.
#include "cli/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <system_error>

#include "cli/command.h"
#include "cli/compat.h"
#include "cli/console_reporter.h"
#include "cli/help.h"
#include "cli/help_json.h"
#include "cli/parse.h"
#include "cli/report_values.h"
#include "cli/terminal.h"
#include "cli/version.h"
#include "core/suggest.h"

namespace decibit::cli {
namespace {

/// Read off the words, since a command line that cannot be parsed has to be answered in JSON too.
bool asks_for_json(const std::vector<std::string>& words) {
  const auto end = std::ranges::find(words, "--");
  return std::find(words.begin(), end, "--json") != end;
}

std::string schema_name(const Command& command) {
  return command.name.empty() ? "decibit.version/1" : fmt::format("decibit.{}/1", command.name);
}

/// The members that every answer has come first.
Json answer(const Command& command, bool ok) {
  Json json;
  json.set("schema", schema_name(command));
  json.set("ok", ok);
  return json;
}

Status write_text(std::FILE* stream, std::string_view text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  if (written && std::fflush(stream) == 0) return {};
  return Unexpected(system_error(errno, "cannot write to",
                                 stream == stdout ? "standard output" : "standard error"));
}

void print_error(const Error& error) {
  const Terminal terminal = Terminal::of(STDERR_FILENO);
  std::string text = to_string(error);
  text.erase(text.find_last_not_of('\n') + 1);
  std::string out = printable_lines(text) + "\n";  // names from files may hold escapes
  constexpr std::string_view kMark = "error:";
  if (out.starts_with(kMark)) out = terminal.red(kMark) + out.substr(kMark.size());
  std::fputs(out.c_str(), stderr);
}

Json success_json(const Command& command, Outcome outcome,
                  const std::vector<std::string>& warnings) {
  Json json = answer(command, !outcome.fault);
  if (Json::Object* members = outcome.json.object()) {
    for (auto& [key, value] : *members) json.set(key, std::move(value));
  }
  json.set("warnings", json_strings(warnings));
  if (outcome.fault) json.set("error", json_error(*outcome.fault));
  return json;
}

/// Where `json` is not null, the error goes there as an object too.
int finish_with_error(const Command& command, const Error& error, std::FILE* json) {
  // A reader that left wants to hear no more, as when SIGPIPE ends a program.
  if (error.code == ErrorCode::kBrokenPipe) return static_cast<int>(error.code);
  print_error(error);
  if (json != nullptr) {
    // The error is on stderr already; a stream that cannot be written to changes nothing.
    Json object = answer(command, false);
    object.set("error", json_error(error));
    static_cast<void>(write_text(json, object.dump(-1) + "\n"));
  }
  return static_cast<int>(error.code);
}

Result<Outcome> execute(const Command& command, const Values& values, Reporter& reporter) {
  const Terminal terminal = Terminal::of(STDOUT_FILENO);
  if (values.given("--help")) {
    return Outcome{
        .text = command.name.empty() ? program_help_text(terminal) : help_text(command, terminal),
        .json = help_json(command)};
  }
  if (command.run != nullptr) return command.run(values, reporter);
  if (values.given("--version")) return version_report();
  return fail(ErrorCode::kUsage, "there is no command", "decibit --help");
}

Error internal_fault(const std::exception& exception) {
  return {.code = ErrorCode::kInternal,
          .message = fmt::format("internal fault: {}", exception.what()),
          .hint = "report it with the command line and the output of decibit --version --json"};
}

Result<Outcome> execute_safely(const Command& command, const Values& values, Reporter& reporter) {
  try {
    return execute(command, values, reporter);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::kResources, "out of memory",
                "fewer --threads need less; for speech so do a shorter text and a higher --speed");
  } catch (const std::system_error& error) {
    // std::thread, under a limit on threads or memory (ulimit -u, -v).
    if (error.code() == std::errc::resource_unavailable_try_again)
      return fail(ErrorCode::kResources,
                  fmt::format("cannot start another thread: {}", error.code().message()),
                  "a higher limit on processes and memory: ulimit -u, ulimit -v");
    return Unexpected(internal_fault(error));
  } catch (const std::exception& exception) {
    return Unexpected(internal_fault(exception));
  }
}

int run_command(const Command& command, const std::vector<std::string>& words, bool json) {
  const Result<Values> values = parse(command, words);
  if (!values) return finish_with_error(command, values.error(), json ? stdout : nullptr);
  const bool quiet = values->given("--quiet");
  const bool taken = command.takes_stdout != nullptr && command.takes_stdout(*values);
  std::FILE* const out = taken ? stderr : stdout;
  // A reader that leaves is an error then, so that other files of the command end as they should.
  if (taken) std::signal(SIGPIPE, SIG_IGN);
  ConsoleReporter reporter(Terminal::of(STDERR_FILENO), quiet);
  Result<Outcome> outcome = execute_safely(command, *values, reporter);
  reporter.clear_bar();
  if (!outcome) return finish_with_error(command, outcome.error(), json ? out : nullptr);

  const std::optional<Error> fault = outcome->fault;
  std::string text;
  if (json) {
    text = success_json(command, std::move(*outcome), reporter.warnings()).dump(-1) + "\n";
  } else if (!quiet) {
    text = std::move(outcome->text);
  }
  if (const Status written = write_text(out, text); !written)
    return finish_with_error(command, written.error(), nullptr);
  return fault ? finish_with_error(command, *fault, nullptr) : 0;
}

}  // namespace

std::vector<std::string> command_words(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  if (words.empty()) return words;  // execve() allows it
  const std::string called_as = std::filesystem::path(words.front()).filename().string();
  const auto alias = std::ranges::find(program_aliases(), called_as, &ProgramAlias::name);
  if (alias != program_aliases().end()) {
    words.front() = alias->command;
  } else {
    words.erase(words.begin());
  }
  return words;
}

int run(const std::vector<std::string>& words) {
  const bool json = asks_for_json(words);
  if (words.empty()) {
    std::fputs(program_help_text(Terminal::of(STDERR_FILENO)).c_str(), stderr);
    return static_cast<int>(ErrorCode::kUsage);
  }
  if (words.front().starts_with('-')) return run_command(program(), words, json);
  const Command* command = find_command(words.front());
  if (command != nullptr) return run_command(*command, {words.begin() + 1, words.end()}, json);
  const Error error = {ErrorCode::kUsage,
                       fmt::format("there is no command {}", words.front()),
                       {},
                       {},
                       did_you_mean(words.front(), command_names(), "decibit --help")};
  return finish_with_error(program(), error, json ? stdout : nullptr);
}

}  // namespace decibit::cli
