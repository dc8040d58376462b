#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every header compiles on its own, so that the order of includes never matters. Not those of one
# instruction set: they need its flags, and the one source that includes them says which.
#   headers_alone.sh COMPILER          from the root of the repository
set -euo pipefail
export compiler=$1

compile() {
  echo "#include \"$1\"" |
    "$compiler" -std=c++20 -Wall -Wextra -fsyntax-only -Isrc -Iinclude -Iapps -I. \
      "-DDECIBIT_SOURCE_DIR=\"\"" "-DDECIBIT_BINARY_DIR=\"\"" -x c++ - || {
    echo "$1 does not compile on its own"
    return 1
  }
}
export -f compile

headers=$({ find src -name '*.h' | sed 's,^src/,,'; find apps tests include -name '*.h'; } |
  grep -vE '^kernels/(simd|avx2|avx512)/' | sort)
echo "$(wc -l <<<"$headers") headers"
xargs -P "$(nproc)" -I '{}' bash -c 'compile {}' <<<"$headers"
