# SPDX-License-Identifier: Apache-2.0
"""How long a Whisper with the shapes of large-v3-turbo takes: a Markdown table. Run by scripts/bench.sh whisper-turbo.

The weights are random (synthetic_whisper.py). The encoder, with the decoder's keys and values, is set against the least
time that its multiplications take in floats (whisper_floor.py), measured before and after it.
"""

import argparse
import json
import os
import subprocess
import sys

from engines import DATA, MEASURED, EngineEnded, print_table, warn_if_busy, weights_megabytes
from whisper_engines import Ours
from whisper_floor import listening_floor_s

SOURCE = f"{DATA}/synthetic-large-v3-turbo"


def rows(engine, threads):
    before = listening_floor_s(SOURCE, threads)
    process = engine.start(threads)
    passes = process.ask(json.dumps({"passes": True}))
    process.close()
    floor = (before + listening_floor_s(SOURCE, threads)) / 2
    name = f"{engine.name}, {engine.compute}, {threads} threads"
    listen = passes["listen_s"]
    what = f"{name}: encoder, {listen:.2f} s a window, times the floor of {floor:.2f} s"
    yield (what, f"{listen / floor:.2f}", "1.35", "1.2")
    yield (f"{name}: decoder, tokens/s", f"{passes['tokens_per_s']:.0f}", "", "")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--threads", default="2", help="numbers of threads, separated by commas")
    ap.add_argument("--only", default="4-bit", help="variants, separated by commas")
    ap.add_argument("--compute", default="exact,auto", help="of exact, auto and fast")
    args = ap.parse_args()
    warn_if_busy()
    if not os.path.exists(f"{SOURCE}/model.safetensors"):
        subprocess.run([".venv/weights/bin/python", "bench/synthetic_whisper.py", SOURCE], check=True)
    engines = [
        Ours(variant, SOURCE, compute)
        for variant in args.only.split(",")
        for compute in args.compute.split(",")
    ]
    for engine in engines[:: args.compute.count(",") + 1]:
        print(f"{engine.name}: {weights_megabytes(engine.folder):.0f} MB\n")
    threads = map(int, args.threads.split(","))
    print_table(MEASURED, (row for n in threads for engine in engines for row in rows(engine, n)))


if __name__ == "__main__":
    try:
        main()
    except (EngineEnded, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}; its message is above")
