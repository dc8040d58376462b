# SPDX-License-Identifier: Apache-2.0
"""What each conversion of a Whisper costs: one Markdown table. Run by scripts/bench.sh whisper-quality.

Size is that of the weights. The errors are of words and of characters over the English clips of a folder (see
whisper_clips.py) that last less than a minute, greedy at temperature 0; of characters after the same cleaning as of
words. RTF is the median over turns that all variants take with 11 s, on two threads.
"""

import argparse
import os
import statistics
import subprocess
import sys

from engines import EngineEnded, warn_if_busy, weights_megabytes
from whisper_clips import JFK, english
from whisper_engines import SOURCE, VARIANTS, Ours, question

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import word_errors  # noqa: E402


def error_percents(engine, folder, rows):
    """(of words, of characters)"""
    process = engine.start(2)
    wrong, all_of_them = [0, 0], [0, 0]
    for row in rows:
        answer = process.ask(question(os.path.join(folder, row["file"]), 1))
        wanted, heard = (word_errors.words_of(text) for text in (row["text"], answer["text"]))
        for i, (want, hear) in enumerate([(wanted, heard), (" ".join(wanted), " ".join(heard))]):
            wrong[i] += word_errors.errors(want, hear)
            all_of_them[i] += len(want)
    process.close()
    return [100 * w / n for w, n in zip(wrong, all_of_them, strict=True)]


def rtfs(engines, turns):
    """{name: median}; the first turn does not count."""
    processes = {engine.name: engine.start(2) for engine in engines}
    samples = {name: [] for name in processes}
    for turn in range(turns + 1):
        for name in processes if turn % 2 == 0 else reversed(processes):
            answer = processes[name].ask(question(JFK, 1))
            if turn > 0:
                samples[name].append(answer["seconds"] / answer["audio_s"])
    for process in processes.values():
        process.close()
    return {name: statistics.median(values) for name, values in samples.items()}


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--speech", required=True, help="folder of clips with utterances.tsv")
    ap.add_argument("--model", default=SOURCE, help="what is converted")
    ap.add_argument("--compute", default="auto", help="exact, auto or fast")
    ap.add_argument("--only", help="variants, separated by commas")
    ap.add_argument("--turns", type=int, default=5, help="how often each speed is measured")
    args = ap.parse_args()
    warn_if_busy()
    names = args.only.split(",") if args.only else list(VARIANTS)
    engines = [Ours(name, args.model, args.compute) for name in names]
    rows = [row for row in english(args.speech) if float(row["seconds"]) < 60]
    speeds = rtfs(engines, args.turns)
    print("| weights | MB | word error, % | character error, % | RTF |\n|---|---:|---:|---:|---:|")
    for name, engine in zip(names, engines, strict=True):
        words, characters = error_percents(engine, args.speech, rows)
        cells = [name, f"{weights_megabytes(engine.folder):.1f}", f"{words:.1f}"]
        cells += [f"{characters:.1f}", f"{speeds[engine.name]:.4f}"]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (EngineEnded, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}; its message is above")
