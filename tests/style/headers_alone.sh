#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every header compiles on its own, so that the order of includes never matters. Not those of one
# instruction set: they need its flags, and the one source that includes them says which.
#   headers_alone.sh COMPILER          from the root of the repository
set -euo pipefail
compiler=$1
failed=0
count=0
while read -r header; do
  count=$((count + 1))
  echo "#include \"$header\"" |
    "$compiler" -std=c++20 -Wall -Wextra -fsyntax-only -Isrc -Iinclude -Iapps -I. \
    "-DDECIBIT_SOURCE_DIR=\"\"" "-DDECIBIT_BINARY_DIR=\"\"" -x c++ - || {
    echo "$header does not compile on its own"
    failed=1
  }
done < <({ find src -name '*.h' | sed 's,^src/,,'; find apps tests include -name '*.h'; } |
  grep -vE '^kernels/(simd|avx2|avx512)/' | sort)
echo "$count headers"
[ "$count" -gt 0 ] && exit "$failed"
