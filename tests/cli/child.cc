// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace decibit::testing {
namespace {

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2] = {};
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
};

void open_terminal(int& controller, int& terminal) {
  winsize size = {};
  size.ws_row = 40;
  size.ws_col = 100;
  if (::openpty(&controller, &terminal, nullptr, nullptr, &size) != 0) {
    throw std::runtime_error("openpty");
  }
}

/// In the child: only calls that are safe after fork.
[[noreturn]] void become(char* const* argv, char* const* environment, int out, int err,
                         bool stdin_closed) {
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  if (stdin_closed) ::close(STDIN_FILENO);
  ::execve(DECIBIT_PROGRAM, argv, environment);
  ::_exit(126);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// Reads what has come; false at the end of the stream. A terminal whose last user left gives EIO.
bool read_some(int descriptor, std::string& text) {
  std::array<char, 4096> buffer;
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count <= 0) return false;
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

void read_both(int out, int err, ChildResult& result, const ChildOptions& options, pid_t pid) {
  bool sent = options.signal == 0;
  while (out >= 0 || err >= 0) {
    std::array<pollfd, 2> polled = {pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
    ::poll(polled.data(), polled.size(), -1);
    if (out >= 0 && polled[0].revents != 0 && !read_some(out, result.out)) out = -1;
    if (err >= 0 && polled[1].revents != 0 && !read_some(err, result.err)) err = -1;
    const bool seen = result.err.find(options.signal_after) != std::string::npos ||
                      result.out.find(options.signal_after) != std::string::npos;
    if (!sent && seen) {
      ::kill(pid, options.signal);
      sent = true;
    }
  }
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& words, const ChildOptions& options) {
  std::vector<std::string> arguments = {options.called_as};
  arguments.insert(arguments.end(), words.begin(), words.end());
  std::vector<std::string> environment = {"LC_ALL=C.UTF-8", "TERM=xterm", "HOME=/nonexistent",
                                          "PATH=/usr/bin:/bin"};
  // The first of two equal names counts for getenv.
  environment.insert(environment.begin(), options.environment.begin(), options.environment.end());
  const std::vector<char*> argv = pointers(arguments), envp = pointers(environment);

  Pipe out, err;
  int write_out = out.write_end, write_err = err.write_end, read_out = out.read_end;
  int controller = -1, terminal = -1;
  if (options.on_terminal) {
    open_terminal(controller, terminal);
    read_out = controller;
    write_out = write_err = terminal;
  }
  if (!options.stdout_file.empty()) {
    write_out = ::open(options.stdout_file.c_str(), O_WRONLY | O_CREAT, 0600);
  }
  if (options.reader_leaves) ::close(out.read_end);

  const pid_t pid = ::fork();
  if (pid == 0) {
    if (options.reader_leaves) std::signal(SIGPIPE, SIG_IGN);  // as some parents leave it
    become(argv.data(), envp.data(), write_out, write_err, options.stdin_closed);
  }
  ::close(out.write_end);
  ::close(err.write_end);
  if (terminal >= 0) ::close(terminal);

  ChildResult result;
  read_both(options.reader_leaves ? -1 : read_out, err.read_end, result, options, pid);
  int status = 0;
  ::waitpid(pid, &status, 0);
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  if (!options.reader_leaves) ::close(out.read_end);
  ::close(err.read_end);
  if (controller >= 0) ::close(controller);
  return result;
}

}  // namespace decibit::testing
