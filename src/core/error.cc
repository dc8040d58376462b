// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/result.h"

namespace decibit {
namespace {

ErrorCode code_of_errno(int error_number) {
  switch (error_number) {
    case ENOENT:
    case EEXIST:
      return ErrorCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case ENOMEM:
    case EMFILE:
      return ErrorCode::kResources;
    case EINTR:  // of a call that waited: the user had enough
      return ErrorCode::kInterrupted;
    case EPIPE:
      return ErrorCode::kBrokenPipe;
    default:
      return ErrorCode::kBadInput;
  }
}

}  // namespace

void detail::misused_result() {
  std::fputs("decibit: value() of an error, or error() of a value\n", stderr);
  std::abort();
}

Error with_context(Error error, std::string_view context) {
  error.message = std::string(context) + ": " + error.message;
  return error;
}

std::string to_string(const Error& error) {
  std::string text = "error: " + error.message + "\n";
  if (!error.where.empty()) text += "  where: " + error.where + "\n";
  if (!error.why.empty()) text += "  why:   " + error.why + "\n";
  if (!error.hint.empty()) text += "  try:   " + error.hint + "\n";
  return text;
}

Error system_error(int error_number, std::string_view doing, std::string_view path) {
  return Error{code_of_errno(error_number),
               std::string(doing) + " " + std::string(path) + ": " + std::strerror(error_number),
               {},
               {},
               {}};
}

}  // namespace decibit
