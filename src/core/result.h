// SPDX-License-Identifier: Apache-2.0
// The public Result (include/decibit/result.h), and what only our own code needs with it.
#pragma once

#include <string_view>
#include <utility>

#include "core/check.h"
#include "decibit/result.h"

namespace decibit {

/// An Error for the errno of a failed system call on `path`; ENOSPC, EDQUOT, EFBIG, ENOMEM and
/// EMFILE are kResources, EACCES, EPERM and EROFS kDenied, ENOENT and EEXIST kNotFound, EPIPE
/// kBrokenPipe, everything else kBadInput.
[[nodiscard]] Error system_error(int error_number, std::string_view doing, std::string_view path);

}  // namespace decibit

// TRY(expression): the value of a Result, or return its error to the caller.
#define DECIBIT_TRY(expression)                                                             \
  __extension__({                                                                           \
    auto decibit_result_ = (expression);                                                    \
    if (!decibit_result_) return ::decibit::Unexpected(std::move(decibit_result_).error()); \
    std::move(decibit_result_).value();                                                     \
  })
#define TRY(expression) DECIBIT_TRY(expression)
