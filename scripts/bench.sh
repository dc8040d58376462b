#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Benchmarks beside the real thing, in the same run on the same machine; have nothing else running.
#   scripts/bench.sh convert [ARGUMENT...]     arguments: see bench/convert.py --help
# Prints one Markdown table. Needs 20 GB of free disk for the large checkpoint (or --only whole,memory).
source "$(dirname "$0")/lib.sh"

[ "${1:-}" = convert ] || die "usage: scripts/bench.sh convert [ARGUMENT...]"
need "${build_packages[@]}" libbenchmark-dev python3-venv
build release decibit
if [ ! -f build/bench/build.ninja ]; then
  quietly 'configuring the benchmarks' \
    cmake --preset release -B build/bench -DDECIBIT_BENCH=ON -DDECIBIT_TESTS=OFF
fi
ninja -C build/bench --quiet bench_quantize
reference_environment || die 'without mlx-audio there is nothing to compare with'
scripts/get-weights.sh
HF_HUB_OFFLINE=1 exec "$reference_python" bench/convert.py "${@:2}"
