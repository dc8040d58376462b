// SPDX-License-Identifier: Apache-2.0
#include "command_line.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "cli/run.h"

namespace decibit::testing {
namespace fs = std::filesystem;
namespace {

/// Sends a stream's file descriptor into a file until text() or the end of the scope.
class Capture {
 public:
  Capture(std::FILE* stream, fs::path file) : stream_(stream), file_(std::move(file)) {
    std::fflush(stream_);
    kept_fd_ = ::dup(::fileno(stream_));
    std::FILE* const target = std::fopen(file_.c_str(), "w");
    ::dup2(::fileno(target), ::fileno(stream_));
    std::fclose(target);
  }
  ~Capture() { restore(); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  std::string text() {
    restore();
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  void restore() {
    if (kept_fd_ < 0) return;
    std::fflush(stream_);
    ::dup2(kept_fd_, ::fileno(stream_));
    ::close(kept_fd_);
    kept_fd_ = -1;
  }

  std::FILE* stream_;
  fs::path file_;
  int kept_fd_ = -1;
};

}  // namespace

CommandRun run_command(const std::vector<std::string>& words) {
  const ScratchFolder folder;
  Capture out(stdout, folder / "out"), err(stderr, folder / "err");
  CommandRun run;
  run.exit_code = cli::run(words);
  run.out = out.text();
  run.err = err.text();
  return run;
}

CommandRun run_convert(const fs::path& source, const fs::path& target,
                       const std::vector<std::string>& flags) {
  std::vector<std::string> words = {"convert", "--hf-path", source.string(), "--mlx-path",
                                    target.string()};
  words.insert(words.end(), flags.begin(), flags.end());
  return run_command(words);
}

const fs::path& scratch_root() {
  struct Root {
    fs::path path = fs::temp_directory_path() / ("decibit-convert-" + std::to_string(::getpid()));
    pid_t owner = ::getpid();
    Root() { fs::create_directories(path); }
    ~Root() {
      std::error_code ignored;
      if (::getpid() == owner) fs::remove_all(path, ignored);  // not from a forked child
    }
  };
  static const Root root;
  return root.path;
}

ScratchFolder::ScratchFolder() {
  static int count = 0;
  path_ = scratch_root() / std::to_string(++count);
  fs::create_directories(path_);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace decibit::testing
