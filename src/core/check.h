// SPDX-License-Identifier: Apache-2.0
// CHECK: an invariant of our own code. Never reachable by input from outside; that is Result's job.
#pragma once

#include <cstdio>
#include <cstdlib>

#define DECIBIT_CHECK(condition)                                                             \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: invariant broken: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
