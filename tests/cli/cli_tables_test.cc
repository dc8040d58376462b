// SPDX-License-Identifier: Apache-2.0
// Help, manual pages and completion say what the parser accepts: nothing less for any command.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "cli/command.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/man.h"
#include "io/byte_source.h"

namespace decibit::cli {
namespace {
using ::testing::HasSubstr;

/// As manual pages write it.
std::string roff_name(std::string_view name) {
  std::string out;
  for (char c : name) out += c == '-' ? "\\-" : std::string(1, c);
  return out;
}

std::vector<const Command*> all_commands() {
  std::vector<const Command*> all = {&program()};
  for (const Command& command : commands()) all.push_back(&command);
  return all;
}

TEST(CliTables, FlagsAreWellFormedAndUnique) {
  for (const Command* command : all_commands()) {
    std::set<std::string_view> names;
    std::set<char> letters;
    for (const Flag& flag : command->flags) {
      EXPECT_TRUE(flag.name.starts_with("--")) << flag.name;
      EXPECT_EQ(flag.name.find('_'), std::string_view::npos) << flag.name;
      EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
      EXPECT_TRUE(flag.alias.empty() || names.insert(flag.alias).second) << flag.alias;
      const bool new_letter = flag.short_name == 0 || letters.insert(flag.short_name).second;
      EXPECT_TRUE(new_letter) << flag.name;
      EXPECT_FALSE(flag.help.empty()) << flag.name;
      EXPECT_FALSE(flag.help.ends_with('.')) << flag.name;
      EXPECT_FALSE(flag.group.empty()) << flag.name;
    }
    EXPECT_TRUE(names.contains("--help")) << command->name;
  }
}

TEST(CliTables, ConvertHasEveryFlagOfMlxAudio) {
  // mlx_audio.convert 0.6.2, its argument parser.
  for (const char* name : {"--hf-path", "--mlx-path", "--quantize", "--q-bits", "--q-group-size",
                           "--q-mode", "--dtype", "--quant-predicate", "--revision", "--dequantize",
                           "--model-domain", "--upload-repo"}) {
    EXPECT_NE(find_command("convert")->find_flag(name), nullptr) << name;
  }
  EXPECT_EQ(find_command("convert")->find_flag('q')->name, "--quantize");
  EXPECT_EQ(find_command("convert")->find_flag('d')->name, "--dequantize");
  EXPECT_EQ(find_command("convert")->find_flag("--quiet")->short_name, 0);
}

TEST(CliTables, EveryFlagIsInHelpAndManual) {
  for (const Command* command : all_commands()) {
    const std::string help =
        command->name.empty() ? program_help_text(Terminal{}) : help_text(*command, Terminal{});
    const std::string page = man_page(*command);
    for (const Flag& flag : command->flags) {
      EXPECT_THAT(help, HasSubstr(flag_synopsis(flag)));
      EXPECT_THAT(page, HasSubstr(roff_name(flag.name)));
      for (const std::string& choice : flag.choices) EXPECT_THAT(help, HasSubstr(choice));
    }
  }
}

TEST(CliTables, HelpStaysWithinTheScreen) {
  for (int columns : {60, 80, 200}) {
    const std::string help = help_text(*find_command("convert"), Terminal{.columns = columns});
    const std::string before_examples = help.substr(0, help.find("\nExamples\n"));
    for (std::size_t at = 0; at < before_examples.size();) {
      const std::size_t end = std::min(before_examples.find('\n', at), before_examples.size());
      EXPECT_LE(end - at, static_cast<std::size_t>(std::min(columns, 100)))
          << before_examples.substr(at, end - at);
      at = end + 1;
    }
  }
}

TEST(CliTables, EveryFlagAndCommandIsCompleted) {
  for (const std::string& shell : completion_shells()) {
    const std::string script = completion_script(shell);
    for (const Command& command : commands()) {
      EXPECT_THAT(script, HasSubstr(std::string(command.name))) << shell;
      for (const Flag& flag : command.flags) {
        const std::string_view name = shell == "fish" ? flag.name.substr(2) : flag.name;
        EXPECT_THAT(script, HasSubstr(std::string(name))) << shell;
      }
    }
  }
}

/// What bash offers for a command line whose last word is being typed.
std::string bash_offers(const std::string& words) {
  const std::string folder = ::testing::TempDir() + "/decibit-completion";
  std::ofstream(folder) << completion_script("bash") << "\nCOMP_WORDS=(" << words << ")\n"
                        << "COMP_CWORD=$((${#COMP_WORDS[@]}-1))\n"
                        << "compopt() { :; }\n_decibit\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  std::FILE* pipe = ::popen(("bash " + folder + " 2>&1").c_str(), "r");
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
  ::pclose(pipe);
  return out;
}

TEST(CliTables, BashCompletesCommandsFlagsAndValues) {
  EXPECT_EQ(bash_offers("decibit conv"), "convert\n");
  EXPECT_EQ(bash_offers("decibit convert --q-mo"), "--q-mode\n");
  EXPECT_EQ(bash_offers("decibit convert --q-mode mx"), "mxfp4\nmxfp8\n");
  EXPECT_EQ(bash_offers("decibit convert --q_mode = mxfp8"), "mxfp8\n");
  EXPECT_EQ(bash_offers("decibit completion z"), "zsh\n");
  EXPECT_EQ(bash_offers("decibit help conv"), "convert\n");
  EXPECT_EQ(bash_offers("decibit man i"), "inspect\n");
}

TEST(CliTables, ManualPagesNameTheOthersThatAreInstalled) {
  const std::string build =
      *read_text(std::filesystem::path(DECIBIT_SOURCE_DIR) / "apps/cli/CMakeLists.txt");
  for (const Command& command : commands()) {
    const std::string name(command.name);
    const bool installed = build.find("decibit-" + name + ".1") != build.npos;
    EXPECT_EQ(command.has_page, installed) << name;
    const std::string page = man_page(program());
    const std::string see_also = page.substr(page.find(".SH SEE ALSO"));
    EXPECT_EQ(see_also.find("decibit\\-" + name + "\\fR(1)") != see_also.npos, installed) << name;
  }
}

TEST(CliTables, ManualPagesHoldNoStrayRequests) {
  const std::set<std::string> requests = {".TH", ".SH", ".SS", ".TP", ".PP", ".B",
                                          ".nf", ".fi", ".RS", ".RE", ".nh", ".ad"};
  for (const Command* command : all_commands()) {
    const std::string page = man_page(*command);
    for (std::size_t at = 0; at < page.size();) {
      const std::size_t end = std::min(page.find('\n', at), page.size());
      const std::string line = page.substr(at, end - at);
      const bool is_request = line.starts_with('.');
      EXPECT_TRUE(!is_request || requests.contains(line.substr(0, line.find(' ')))) << line;
      EXPECT_FALSE(line.starts_with('\'')) << line;
      at = end + 1;
    }
  }
}

}  // namespace
}  // namespace decibit::cli
