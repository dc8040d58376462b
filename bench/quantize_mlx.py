# SPDX-License-Identifier: Apache-2.0
"""Measures mx.quantize on the shapes of bench/quantize.cc and prints JSON.

usage: python quantize_mlx.py [REPEATS]     (mlx's CPU build, and numpy)

One line {"mlx": version, "results": [{"scheme": "4:64", "dtype": "F32", "weights_per_second": ...}]};
the fp4 modes are measured on fewer rows, since they take seconds.
"""
import json
import sys
import time

import mlx.core as mx
import numpy as np

K = 4096
SCHEMES = [  # name, mode, bits, group size, rows
    ("4:64", "affine", 4, 64, 4096),
    ("8:64", "affine", 8, 64, 4096),
    ("mxfp4", "mxfp4", 4, 32, 512),
    ("mxfp8", "mxfp8", 8, 32, 2048),
    ("nvfp4", "nvfp4", 4, 16, 512),
]


def seconds(weights, mode, bits, group_size, repeats):
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        mx.eval(mx.quantize(weights, group_size=group_size, bits=bits, mode=mode))
        best = min(best, time.perf_counter() - start)
    return best


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    mx.set_default_device(mx.cpu)
    numbers = np.random.default_rng(1).normal(0, 0.02, (4096, K)).astype(np.float32)
    results = []
    for name, mode, bits, group_size, rows in SCHEMES:
        for dtype_name, dtype in (("F32", mx.float32), ("BF16", mx.bfloat16)):
            weights = mx.array(numbers[:rows]).astype(dtype)
            mx.eval(weights)
            rate = rows * K / seconds(weights, mode, bits, group_size, repeats)
            results.append({"scheme": name, "dtype": dtype_name, "weights_per_second": rate})
    print(json.dumps({"mlx": mx.__version__, "results": results}))


if __name__ == "__main__":
    main()
