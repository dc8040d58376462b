#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs fuzz targets of the asan build, two at a time, from the seeds in fuzz/corpus/TARGET/.
#   scripts/fuzz.sh [SECONDS [TARGET...]]      20 seconds of every target unless told otherwise
# What a run finds stays in a temporary folder: seeds enter the repository by hand. A crash prints its
# reproducer in base64, because a CI machine is gone when somebody reads its log.
source "$(dirname "$0")/lib.sh"

fuzz_one() {
  local seconds=$1 target=$2 work seeds
  work=$(mktemp -d)
  mkdir "$work/found"
  seeds=(fuzz/corpus/"$target")
  [ -d "${seeds[0]}" ] || seeds=()
  if "build/asan/bin/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$work/" "$work/found" "${seeds[@]}" >"$work/log" 2>&1; then
    printf '%-24s %s runs, no finding\n' "$target" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")"
    rm -rf "$work"
    return
  fi
  tail -n 60 "$work/log"
  for file in "$work"/{crash,timeout,oom,leak}-*; do
    [ -f "$file" ] || continue
    printf '\n%s fails on %s; to reproduce:\n' "$target" "$(basename "$file")"
    printf '  base64 -d >case <<<%s && build/asan/bin/fuzz_%s case\n' "$(base64 -w0 "$file")" "$target"
  done
  return 1
}

if [ "${1:-}" = --one ]; then
  fuzz_one "$2" "$3"
  exit
fi
seconds=${1:-20}
targets=("${@:2}")
if [ ${#targets[@]} = 0 ]; then
  for source in fuzz/*.cc; do targets+=("$(basename "$source" .cc)"); done
fi
printf '%s\n' "${targets[@]}" | xargs -P2 -n1 bash scripts/fuzz.sh --one "$seconds"
