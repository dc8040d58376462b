// SPDX-License-Identifier: Apache-2.0
// An open file, closed with its owner, and reading that can be called off.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace decibit {

/// Owns `number`; below 0: none.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// As read(), but for a pipe that says nothing it asks stopped() twenty times a second: -1 with
/// ECANCELED in errno when that is true.
template <class Stopped>
ssize_t read_unless(const Stopped& stopped, int descriptor, void* to, std::size_t size) {
  constexpr int kAskStopMs = 50;
  while (!stopped()) {
    pollfd waiting = {descriptor, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, kAskStopMs);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t n = ::read(descriptor, to, size);
    if (n >= 0 || (errno != EINTR && errno != EAGAIN)) return n;
  }
  errno = ECANCELED;
  return -1;
}

}  // namespace decibit
