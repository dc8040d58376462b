# SPDX-License-Identifier: Apache-2.0
"""Prints one table from the reports of `decibit convert --json`, named MODEL-VARIANT.json."""

import json
import os
import sys

HEAD = ("model", "variant", "size MB", "bits/weight", "SQNR dB", "seconds")
MODELS = ("kokoro-82m", "whisper-base")


def read(path):
    """(model, variant, report)"""
    with open(path) as f:
        report = json.load(f)
    stem = os.path.splitext(os.path.basename(path))[0]
    model = next(m for m in MODELS if stem.startswith(m))
    return model, stem[len(model) + 1 :], report


def source_row(model, report):
    megabytes = report["source_bytes"] / 1e6
    bits = report["source_bytes"] * 8 / report["total"]["weights"]
    return model, "source", f"{megabytes:.1f}", f"{bits:.2f}", "-", "-"


def result_row(model, variant, report):
    total = report["total"]
    return (
        model,
        variant,
        f"{total['bytes'] / 1e6:.1f}",
        f"{total['bits_per_weight']:.2f}",
        f"{total['sqnr_db']:.1f}",
        f"{report['seconds']:.2f}",
    )


def main(paths):
    rows, seen = [HEAD], set()
    for model, variant, report in map(read, paths):
        if model not in seen:
            rows.append(source_row(model, report))
            seen.add(model)
        rows.append(result_row(model, variant, report))
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
