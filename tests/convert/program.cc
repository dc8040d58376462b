// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace decibit::testing {
namespace {

bool become_nobody() {
  constexpr uid_t kNobody = 65534;
  return ::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0;
}

/// In the child: only calls that are safe after fork.
[[noreturn]] void start(char* const* arguments, int output_fd, const ProgramLimits& limits) {
  ::dup2(output_fd, STDOUT_FILENO);
  ::dup2(output_fd, STDERR_FILENO);
  if (limits.file_bytes) {
    const rlimit limit = {*limits.file_bytes, *limits.file_bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  if (!limits.as_nobody || become_nobody()) ::execv(arguments[0], arguments);
  ::_exit(kCannotStart);
}

int exit_code_of(int status) {
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Program::Program(const std::vector<std::string>& words, const std::filesystem::path& output,
                 const ProgramLimits& limits) {
  std::vector<std::string> all = {DECIBIT_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int fd = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  pid_ = ::fork();
  if (pid_ == 0) start(arguments.data(), fd, limits);
  ::close(fd);
}

Program::~Program() {
  if (!status_ && pid_ > 0) {
    ::kill(pid_, SIGKILL);
    wait();
  }
}

bool Program::running() {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
  return !status_.has_value();
}

void Program::send(int signal) {
  if (!status_) ::kill(pid_, signal);
}

int Program::wait() {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, 0) == pid_) status_ = status;
  return status_ ? exit_code_of(*status_) : kCannotStart;
}

int run_program(const std::vector<std::string>& words, const std::filesystem::path& output,
                const ProgramLimits& limits) {
  return Program(words, output, limits).wait();
}

}  // namespace decibit::testing
