#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: check_symbols.sh libdecibit_kernels.a avx2
# A translation unit with its own instruction set (avx2*.cc) may define one symbol for others, its table
# of functions, and none that the linker may merge with copies from elsewhere (weak ones).
set -eu
symbols=$(nm -C --defined-only "$1" | awk -v isa="$2" '
  $0 ~ "^" isa "(_[a-z_]+)?[.]cc[.]o:$" { inside = 1; next }
  /^$/ { inside = 0 }
  inside && $2 ~ /^[A-Zuvw]$/ { print }')
foreign=$(printf '%s\n' "$symbols" | grep -v -E ' [RD] decibit::isa::kAvx[0-9]+[A-Za-z]*$| V ' || true)
# V is weak data, which holds no instructions (type descriptions of the undefined-behaviour sanitizer);
# sanitizers also add helpers of their own.
foreign=$(printf '%s\n' "$foreign" | grep -v -E '__(asan|ubsan|tsan|sanitizer|sancov|start|stop)' || true)
if [ -z "$symbols" ]; then
  echo "$2 defines nothing: is the path right?"
  exit 1
fi
if [ -n "$foreign" ]; then
  echo "$2 defines more than its table:"
  printf '%s\n' "$foreign"
  exit 1
fi
