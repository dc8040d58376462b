# SPDX-License-Identifier: Apache-2.0
"""What each conversion of Kokoro-82M costs: one Markdown table. Run by scripts/bench.sh kokoro-quality.

Size is that of the weights without voices. RTF, wall time over seconds of speech, is the median over turns that all
variants take, on two threads. The other columns are bench/kokoro_quality.cc's, over the phrases of
tests/golden/real/kokoro_phrases.tsv.
"""

import argparse
import json
import statistics
import subprocess
import sys

from engines import EngineEnded, warn_if_busy, weights_megabytes
from kokoro_engines import SOURCE, VARIANTS, converted, speaker
from kokoro_texts import TEXTS

QUALITY = "build/bench/bin/bench_kokoro_quality"
PHRASES = "tests/golden/real/kokoro_phrases.tsv"


def rtfs(folders, compute, turns):
    """{folder: median}; the first turn does not count."""
    processes = {folder: speaker(folder, 2, compute) for folder in folders}
    samples = {folder: [] for folder in folders}
    for turn in range(turns + 1):
        for folder in folders if turn % 2 == 0 else folders[::-1]:
            answer = processes[folder].ask(TEXTS["150"])
            if turn > 0:
                samples[folder].append(answer["seconds"] / answer["audio_s"])
    for process in processes.values():
        process.close()
    return {folder: statistics.median(values) for folder, values in samples.items()}


def measured(folders, compute):
    """{folder: row of bench_kokoro_quality}"""
    command = [QUALITY, compute, SOURCE, PHRASES, *folders]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    rows = map(json.loads, done.stdout.splitlines())
    return {row["folder"]: row for row in rows}


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--compute", default="auto", help="exact, auto or fast")
    ap.add_argument("--only", help="variants, separated by semicolons")
    ap.add_argument("--turns", type=int, default=5, help="how often each speed is measured")
    args = ap.parse_args()
    warn_if_busy()
    names = args.only.split(";") if args.only else list(VARIANTS)
    folders = {name: converted(name) for name in names}
    rows = measured(folders.values(), args.compute)
    speeds = rtfs(list(folders.values()), args.compute, args.turns)
    print("| weights | MB | RTF | durations equal, % | F0 RMSE, Hz | log-mel distance, dB |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, folder in folders.items():
        row = rows[folder]
        cells = [name, f"{weights_megabytes(folder):.1f}", f"{speeds[folder]:.3f}"]
        cells += [f"{row['durations_equal'] * 100:.1f}", f"{row['f0_rmse_hz']:.2f}"]
        cells.append(f"{row['log_mel_db']:.3f}")
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    try:
        main()
    except (EngineEnded, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}; its message is above")
