#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every header compiles on its own, so that the order of includes never matters. A source that begins with
# its own header has shown it in the build; the other headers are compiled here. Not those of one
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

# Whether the source of the same name begins with the header: the build has compiled it on its own then.
opens_its_source() {
  local source=${1%.h}.cc first name
  [ -f "$source" ] && first=$(grep -m1 '^#include "' "$source") || return 1
  [ "$(grep -m1 '^#include' "$source")" = "$first" ] || return 1
  name=${first#*\"}
  case $1 in */"${name%\"}") ;; *) return 1 ;; esac
}

headers=$(find src apps tests include -name '*.h' | grep -vE '^src/kernels/(simd|avx2|avx512)/' | sort |
  while read -r header; do opens_its_source "$header" || echo "${header#src/}"; done)
echo "$(wc -l <<<"$headers") headers that no source of the same name begins with"
xargs -P "$(nproc)" -I '{}' bash -c 'compile {}' <<<"$headers"
