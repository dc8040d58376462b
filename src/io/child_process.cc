// SPDX-License-Identifier: Apache-2.0
#include "io/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

namespace decibit {
namespace {

constexpr int kAskStopMs = 50;
constexpr std::size_t kMostComplaints = 2048;  // bytes that are remembered

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

struct Pipe {
  Pipe() = default;
  ~Pipe() {
    close_if_open(ends[0]);
    close_if_open(ends[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  bool open() { return ::pipe2(ends, O_CLOEXEC) == 0; }
  int take_reading_end() { return std::exchange(ends[0], -1); }

  int ends[2] = {-1, -1};
};

/// What becomes of descriptors and signals in the child.
class SpawnPlan {
 public:
  SpawnPlan(int input, int output, int complaints) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, complaints, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    for (const int signal : {SIGINT, SIGPIPE, SIGTERM}) sigaddset(&usual, signal);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &usual);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  /// 0 or an errno.
  int run(const std::vector<std::string>& arguments, pid_t& process) const {
    std::vector<char*> words;
    words.reserve(arguments.size() + 1);
    for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    return ::posix_spawnp(&process, words[0], &files_, &attributes_, words.data(), environ);
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& arguments, int input) {
  Pipe output, complaints;
  if (!output.open() || !complaints.open())
    return Unexpected(system_error(errno, "cannot start", arguments[0]));
  ChildProcess child;
  const int error =
      SpawnPlan(input, output.ends[1], complaints.ends[1]).run(arguments, child.process_);
  if (error != 0) {
    child.process_ = -1;
    return Unexpected(system_error(error, "cannot start", arguments[0]));
  }
  child.output_ = output.take_reading_end();
  child.complaints_ = complaints.take_reading_end();
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      output_(std::exchange(other.output_, -1)),
      complaints_(std::exchange(other.complaints_, -1)),
      complaint_(std::move(other.complaint_)) {}

ChildProcess::~ChildProcess() {
  close_if_open(output_);
  close_if_open(complaints_);
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void ChildProcess::take_complaints() {
  std::array<char, 1024> bytes;
  const ssize_t n = ::read(complaints_, bytes.data(), bytes.size());
  if (n < 0 && errno == EINTR) return;
  if (n <= 0) return close_if_open(complaints_);
  complaint_.append(bytes.data(), static_cast<std::size_t>(n));
  if (complaint_.size() > kMostComplaints) complaint_.erase(0, complaint_.size() - kMostComplaints);
}

Status ChildProcess::wait_for(int output, const Reporter& reporter) {
  while (output >= 0 || complaints_ >= 0) {
    if (reporter.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");
    std::array<pollfd, 2> waiting = {pollfd{output, POLLIN, 0}, pollfd{complaints_, POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(), kAskStopMs) <= 0) continue;
    if (waiting[1].revents != 0) take_complaints();
    if (waiting[0].revents != 0) return {};
  }
  return {};
}

Result<std::size_t> ChildProcess::read(std::span<std::byte> out, const Reporter& reporter) {
  std::size_t count = 0;
  while (count < out.size()) {
    TRY(wait_for(output_, reporter));
    const ssize_t n = ::read(output_, out.data() + count, out.size() - count);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Unexpected(system_error(errno, "cannot read", "from a child process"));
    if (n == 0) break;
    count += static_cast<std::size_t>(n);
  }
  return count;
}

Result<bool> ChildProcess::succeeded(const Reporter& reporter) {
  TRY(wait_for(-1, reporter));
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(process_, &status, 0)) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return ended >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string ChildProcess::last_complaint() const {
  std::string_view text = complaint_;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  text.remove_prefix(text.find_last_of('\n') + 1);  // npos + 1 is 0
  std::string line;
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) line.push_back(c);
  return line;
}

}  // namespace decibit
