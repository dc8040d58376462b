# SPDX-License-Identifier: Apache-2.0
"""Prints one table from the reports of `decibit convert --json`, named MODEL-VARIANT.json."""

import json
import os
import sys

HEAD = ("model", "variant", "size MB", "bits/weight", "SQNR dB", "seconds")
MODELS = ("kokoro-82m", "whisper-base")


def row(path):
    with open(path) as f:
        report = json.load(f)
    stem = os.path.splitext(os.path.basename(path))[0]
    model = next(m for m in MODELS if stem.startswith(m))
    total = report["total"]
    sqnr = total["sqnr_db"]
    return (
        model,
        stem[len(model) + 1 :],
        f"{total['bytes'] / 1e6:.1f}",
        f"{total['bits_per_weight']:.2f}",
        "-" if sqnr is None else f"{sqnr:.1f}",
        f"{report['seconds']:.2f}",
    )


def main(paths):
    rows = [HEAD, *map(row, paths)]
    widths = [max(len(r[i]) for r in rows) for i in range(len(HEAD))]
    print()
    for r in rows:
        left = [r[i].ljust(widths[i]) for i in range(2)]
        right = [r[i].rjust(widths[i]) for i in range(2, len(HEAD))]
        print("  ".join(left + right))
    print(
        "\nsize: all weights; SQNR: signal to quantization noise of the weights that were quantized"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
