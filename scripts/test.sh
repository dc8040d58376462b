#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The one test command.
#   scripts/test.sh          release build (GCC) and the fast tests: minutes
#   scripts/test.sh --all    what CI runs: all tests, clang with address and undefined-behaviour
#                            sanitizers, fuzzing, thread sanitizer, 64-bit Arm, format, clang-tidy, interop with
#                            mlx-audio: 45 minutes on two cores, from nothing
# Stops at the first stage that fails. Every stage ends with a line that says how long it took.
source "$(dirname "$0")/lib.sh"

# What runs on more than one thread, as TEST=FILTER. Only these are built with the thread sanitizer, and
# of the conversions a few small ones run: they are ten times slower under it.
thread_tests=(thread_pool_test='*' nn_layers_test='*' speech_test='*' golden_test='*whisper_q4*:*q3tts_q4')

stage=arguments
finish() { [ $? = 0 ] || printf '\n== failed: %s\n' "$stage"; }
trap finish EXIT

start_stage() {
  stage=$1
  stage_start=$SECONDS
  say "$stage"
}
end_stage() { printf -- '-- %s: %d s (%d s so far)\n' "$stage" $((SECONDS - stage_start)) "$SECONDS"; }

# run_tests PRESET CTEST-ARGUMENT...
run_tests() { ctest --test-dir "build/$1" -j "$jobs" --output-on-failure --no-tests=error "${@:2}"; }

check_format() {
  find src include apps tests examples fuzz bench \( -name '*.h' -o -name '*.cc' \) -print0 |
    xargs -0 clang-format --dry-run -Werror
}

case ${1:-} in
  '') everything=false ;;
  --all) everything=true ;;
  *) die "unknown argument '$1'; the only one is --all" ;;
esac

stage=packages
need "${build_packages[@]}"
if $everything; then need "${check_packages[@]}"; fi

if $everything; then
  start_stage 'clang-format'
  check_format
  end_stage
fi

start_stage 'release build'
build release all
end_stage

if $everything; then
  start_stage 'real weights'
  scripts/get-weights.sh || echo 'not to be had: tests that need them are skipped'
  end_stage
fi

start_stage 'tests'
if $everything; then run_tests release; else run_tests release -L fast; fi
end_stage
$everything || exit 0

start_stage 'clang build with sanitizers'
build asan all
end_stage

start_stage 'tests with address and undefined-behaviour sanitizers'
UBSAN_OPTIONS=print_stacktrace=1 run_tests asan -L fast
end_stage

start_stage 'fuzzing, 20 s a target'
scripts/fuzz.sh 20
end_stage

start_stage 'tests with the thread sanitizer'
build tsan "${thread_tests[@]%%=*}"
for test in "${thread_tests[@]}"; do
  "build/tsan/bin/${test%%=*}" --gtest_brief=1 --gtest_filter="${test#*=}"
done
end_stage

# Everything below the models, with the reference kernels; emulated, so only what needs no program.
start_stage 'tests on 64-bit Arm, emulated'
need_arm64
arm64_areas=(core io quant kernels nn dsp)
arm64_targets=("${arm64_areas[@]/#/tests/}")
build aarch64 "${arm64_targets[@]/%//all}"
for area in "${arm64_areas[@]}"; do
  ctest --test-dir "build/aarch64/tests/$area" -j "$jobs" --output-on-failure --no-tests=error -L fast
done
end_stage

start_stage 'clang-tidy on what changed'
scripts/tidy.sh --changed
end_stage

start_stage 'interop with mlx-audio'
tests/interop/run.sh
end_stage
