# SPDX-License-Identifier: Apache-2.0
"""What each conversion of Kokoro-82M costs: one Markdown table. Run by scripts/bench.sh kokoro-quality.

Size is that of the weights without voices. RTF, wall time over seconds of speech, is the median over turns that all
variants take, on two threads. The other columns are bench/kokoro_quality.cc's, over the phrases of
tests/golden/real/kokoro_phrases.tsv.
"""

import argparse
import subprocess
import sys

from engines import (
    EngineEnded,
    measure_by_json_lines,
    median_rtfs,
    print_table,
    warn_if_busy,
    weights_megabytes,
)
from kokoro_engines import SOURCE, VARIANTS, Ours
from kokoro_texts import TEXTS

QUALITY = "build/bench/bin/bench_kokoro_quality"
PHRASES = "tests/golden/real/kokoro_phrases.tsv"
HEADS = ("weights", "MB", "RTF", "durations equal, %", "F0 RMSE, Hz", "log-mel distance, dB")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--compute", default="auto", help="exact, auto or fast")
    ap.add_argument("--only", help="variants, separated by semicolons")
    ap.add_argument("--turns", type=int, default=5, help="how often each speed is measured")
    args = ap.parse_args()
    warn_if_busy()
    names = args.only.split(";") if args.only else list(VARIANTS)
    engines = [Ours(name, name, compute=args.compute) for name in names]
    folders = [engine.folder for engine in engines]
    measured = measure_by_json_lines([QUALITY, args.compute, SOURCE, PHRASES, *folders])
    speeds = median_rtfs(engines, TEXTS["150"], args.turns)
    rows = []
    for engine in engines:
        row = measured[engine.folder]
        cells = [engine.name, f"{weights_megabytes(engine.folder):.1f}", f"{speeds[engine.name]:.3f}"]
        cells += [f"{row['durations_equal'] * 100:.1f}", f"{row['f0_rmse_hz']:.2f}"]
        rows.append([*cells, f"{row['log_mel_db']:.3f}"])
    print_table(HEADS, rows)


if __name__ == "__main__":
    try:
        main()
    except (EngineEnded, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}; its message is above")
