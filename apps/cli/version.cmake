# SPDX-License-Identifier: Apache-2.0
# Run at build time: writes OUTPUT with VERSION and the commit of SOURCE_DIR, and leaves it alone
# when it already says so.
execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --match "" --abbrev=12
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set(text "// Written by version.cmake.
#include \"cli/version.h\"
namespace decibit::cli {
const std::string_view kVersion = \"${VERSION}\";
const std::string_view kCommit = \"${commit}\";
}  // namespace decibit::cli
")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT before STREQUAL text)
  file(WRITE ${OUTPUT} "${text}")
endif()
