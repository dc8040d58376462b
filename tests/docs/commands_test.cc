// SPDX-License-Identifier: Apache-2.0
// Runs every decibit command of the documents, as a shell would, where "./kokoro-82m" and
// "./whisper-base" (also below .models/) are tiny checkpoints of the same models. Commands of one
// document run in order in one folder. Sizes and names of the outputs shown are the real models',
// so of an output only the words that its lines begin with are compared; an error must be equal to
// the letter.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "io/byte_source.h"
#include "markdown.h"
#include "procedural.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;

struct Shown {
  std::string command;
  std::vector<std::string> output;
  int line = 0;
};

bool is_ours(std::string_view command) { return command.starts_with("decibit "); }

/// In "sh" blocks each line is a command, in "console" blocks those after "$ "; what follows is
/// their output.
std::vector<Shown> commands_of(const Markdown& document) {
  std::vector<Shown> commands;
  for (const Fence& fence : document.fences) {
    int line = fence.line;
    for (const std::string& text : fence.lines) {
      ++line;
      if (fence.info == "sh") {
        if (is_ours(text)) commands.push_back({text, {}, line});
      } else if (fence.info == "console" && text.starts_with("$ ")) {
        EXPECT_TRUE(is_ours(text.substr(2))) << text;
        commands.push_back({text.substr(2), {}, line});
      } else if (fence.info == "console" && !commands.empty()) {
        commands.back().output.push_back(text);
      }
    }
  }
  return commands;
}

struct Ran {
  int exit_code = 0;
  std::string out, err;
};

std::string text_of(const fs::path& path) { return read_text(path).value_or(std::string()); }

Ran run_in(const fs::path& folder, const std::string& command) {
  const std::string line = "cd '" + folder.string() +
                           "' && PATH='" DECIBIT_BINARY_DIR "/bin':\"$PATH\" && { " + command +
                           "\n} >../out 2>../err </dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(folder / "../out"),
          text_of(folder / "../err")};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The first word of each line that has one; a word that repeats counts once.
std::vector<std::string> first_words(const std::vector<std::string>& lines) {
  std::vector<std::string> words;
  for (const std::string& line : lines) {
    const std::string word = line.substr(0, line.find(' '));
    if (!word.empty() && (words.empty() || words.back() != word)) words.push_back(word);
  }
  return words;
}

std::vector<std::string> without_empty_end(std::vector<std::string> lines) {
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

void expect_as_shown(const Shown& shown, const Ran& ran) {
  const std::vector<std::string> output = without_empty_end(shown.output);
  if (!output.empty() && output.front().starts_with("error:")) {
    EXPECT_NE(ran.exit_code, 0);
    EXPECT_EQ(lines_of(ran.err), output);
    return;
  }
  EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  if (output.empty()) return;
  EXPECT_EQ(first_words(lines_of(ran.out)), first_words(output)) << ran.out;
}

/// A folder of this process with the checkpoints in it, removed at its end.
class Scratch {
 public:
  Scratch() : root_(fs::temp_directory_path() / ("decibit-docs-" + std::to_string(::getpid()))) {
    fs::create_directories(folder() / ".models");
    const fs::path sources = fs::path(DECIBIT_BINARY_DIR) / "golden_sources";
    for (const auto& [name, id] :
         {std::pair("kokoro-82m", "kokoro"), std::pair("whisper-base", "whisper_f16")}) {
      const fs::path source = golden_source_folder(id, sources);
      fs::copy(source, folder() / name, fs::copy_options::recursive);
      fs::copy(source, folder() / ".models" / name, fs::copy_options::recursive);
    }
    const fs::path sound = "tests/golden/real/whisper_jfk/audio.flac";
    fs::create_directories((folder() / sound).parent_path());
    fs::copy(fs::path(DECIBIT_SOURCE_DIR) / sound, folder() / sound);
  }
  ~Scratch() { fs::remove_all(root_); }
  fs::path folder() const { return root_ / "here"; }

 private:
  fs::path root_;
};

/// The small checkpoints of these tests can neither speak nor listen: a command that does is given
/// the real model, or not run where that is missing.
bool use_real_model(std::string_view does, std::string_view model, std::string& command) {
  const auto at = command.find(model);
  if (!command.starts_with(does) || at == command.npos) return true;
  const fs::path real = fs::path(DECIBIT_SOURCE_DIR) / model;
  if (!fs::exists(real)) return false;
  command.replace(at, model.size(), real.string());
  return true;
}

class Commands : public ::testing::TestWithParam<const char*> {};

TEST_P(Commands, DoWhatIsWritten) {
  const std::string text = text_of(fs::path(DECIBIT_SOURCE_DIR) / GetParam());
  const std::vector<Shown> commands = commands_of(parse_markdown(text));
  ASSERT_FALSE(commands.empty());
  const Scratch scratch;
  for (const Shown& shown : commands) {
    SCOPED_TRACE(std::string(GetParam()) + ":" + std::to_string(shown.line) + ": " + shown.command);
    std::string command = shown.command;
    if (!use_real_model("decibit speak", ".models/kokoro-82m", command) ||
        !use_real_model("decibit transcribe", ".models/whisper-base", command))
      continue;
    expect_as_shown(shown, run_in(scratch.folder(), command));
  }
}

INSTANTIATE_TEST_SUITE_P(Documents, Commands, ::testing::Values("README.md", "docs/converting.md"),
                         [](const auto& test) {
                           std::string name = fs::path(test.param).stem().string();
                           return name;
                         });

}  // namespace
}  // namespace decibit::testing
