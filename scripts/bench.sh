#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Benchmarks; those beside other programs run in turn with them. Have nothing else running.
#   scripts/bench.sh convert [ARGUMENT...]           beside mlx-audio; arguments: bench/convert.py --help
#   scripts/bench.sh kernels [FLAG...]               decibit bench kernels
#   scripts/bench.sh kernels --peers [ARGUMENT...]   beside ONNX Runtime, OpenBLAS and MLX; bench/kernels.py --help
# Those beside others print one Markdown table. convert needs 20 GB of free disk for the large checkpoint (or
# --only whole,memory).
source "$(dirname "$0")/lib.sh"

bench_convert() {
  need "${build_packages[@]}" libbenchmark-dev python3-venv
  build release decibit
  if [ ! -f build/bench/build.ninja ]; then
    quietly 'configuring the benchmarks' \
      cmake --preset release -B build/bench -DDECIBIT_BENCH=ON -DDECIBIT_TESTS=OFF
  fi
  ninja -C build/bench --quiet bench_quantize
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

case ${1:-} in
  convert | kernels) "bench_$1" "${@:2}" ;;
  *) die 'usage: scripts/bench.sh convert [ARGUMENT...], or kernels [--peers] [ARGUMENT...]' ;;
esac
