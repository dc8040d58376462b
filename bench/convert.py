# SPDX-License-Identifier: Apache-2.0
"""decibit convert beside mlx_audio.convert: one Markdown table. Run by scripts/bench.sh convert.

  whole   Kokoro-82M, f32, whole command, warm page cache: wall time and peak memory
  memory  quantizing a matrix in memory (bench/quantize.cc beside bench/quantize_mlx.py)
  large   a synthetic 8 GB checkpoint to 4 bits, beside copying the same bytes with cp

The two sides take turns, so that a change of the machine's mood hits both; figures are medians,
ratios the median of the ratios within each pair. Peak memory is ru_maxrss, what /usr/bin/time -v
prints. This driver imports nothing large: a child's ru_maxrss starts from its parent's size.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

DECIBIT = "build/release/bin/decibit"
WORK = "build/bench-data"
GB = 1e9


def run(command):
    """(wall seconds, peak RSS in MB) of a command that must succeed."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"error: {' '.join(command)} failed ({status})")
    return seconds, usage.ru_maxrss * 1024 / 1e6


def paired(ours, theirs, runs, before):
    """Runs the two by turns, `before` ahead of each: [((s, MB) of ours, (s, MB) of theirs)]."""
    pairs = []
    for i in range(runs):
        pair = {}
        for side in ("ours", "theirs") if i % 2 == 0 else ("theirs", "ours"):
            before()
            pair[side] = run(ours if side == "ours" else theirs)
        pairs.append((pair["ours"], pair["theirs"]))
    return pairs


def column(pairs, side, what):
    return statistics.median(pair[side][what] for pair in pairs)


def ratio(pairs, what):
    """How many times more `theirs` needs."""
    return statistics.median(theirs[what] / ours[what] for ours, theirs in pairs)


def files_of(folder):
    return [os.path.join(root, f) for root, _, names in os.walk(folder) for f in names]


def remove(*folders):
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def whole(runs):
    source, ours, theirs = ".models/kokoro-82m", f"{WORK}/ours", f"{WORK}/theirs"
    flags = ["-q", "--q-bits", "4"]

    def before():
        remove(ours, theirs)
        for file in files_of(source):  # into the page cache
            with open(file, "rb") as f:
                while f.read(1 << 22):
                    pass

    reference = [sys.executable, "bench/reference_convert.py", "--model-domain", "tts"]
    paths = ["--hf-path", source, "--mlx-path"]
    pairs = paired(
        [DECIBIT, "convert", *paths, ours, *flags, "--quiet"],
        [*reference, *paths, theirs, *flags],
        runs,
        before,
    )
    remove(ours, theirs)
    title = "Kokoro-82M f32 to 4-bit, whole command"
    return [
        (f"{title}: s", column(pairs, 0, 0), column(pairs, 1, 0), ratio(pairs, 0), ">= 6"),
        (f"{title}: peak MB", column(pairs, 0, 1), column(pairs, 1, 1), ratio(pairs, 1), ">= 5"),
    ]


BARS = {"4:64": ">= 6", "8:64": "", "mxfp4": ">= 100", "nvfp4": ">= 100"}


def output_of(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def rates_of_decibit():
    """{scheme: weights per second} on all cores, of the fastest instruction set there is."""
    schemes = "|".join(BARS)
    report = output_of(
        [
            "build/bench/bin/bench_quantize",
            f"--benchmark_filter=^({schemes})/F32/.*/all",
            "--benchmark_format=json",
        ]
    )
    rates = {}
    for entry in report["benchmarks"]:
        scheme = entry["name"].split("/")[0]
        rates[scheme] = max(rates.get(scheme, 0), entry["weights"])
    return rates


def rates_of_mlx():
    report = output_of([sys.executable, "bench/quantize_mlx.py"])
    return {
        result["scheme"]: result["weights_per_second"]
        for result in report["results"]
        if result["dtype"] == "F32"
    }


def memory(runs):
    pairs = [(rates_of_decibit(), rates_of_mlx()) for _ in range(runs)]
    rows = []
    for scheme, bar in BARS.items():
        ours = statistics.median(pair[0][scheme] for pair in pairs) / 1e6
        theirs = statistics.median(pair[1][scheme] for pair in pairs) / 1e6
        times = statistics.median(pair[0][scheme] / pair[1][scheme] for pair in pairs)
        rows.append((f"quantize {scheme}, f32, in memory: M weights/s", ours, theirs, times, bar))
    return rows


def forget(folder):
    """Drops a folder's files from the page cache, so that each run reads them from the disk."""
    os.sync()
    for file in files_of(folder):
        with open(file, "rb") as f:
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def large(runs):
    source, ours, copy = f"{WORK}/large", f"{WORK}/ours", f"{WORK}/copy"
    free = shutil.disk_usage(WORK).free
    if free < 20 * GB:
        print(f"skipped: the large checkpoint needs 20 GB of disk, {free / GB:.0f} GB are free")
        return []
    try:
        subprocess.run([sys.executable, "bench/large_checkpoint.py", source], check=True)

        def before():
            remove(ours, copy)
            forget(source)

        command = [DECIBIT, "convert", "--hf-path", source, "--mlx-path", ours]
        command += ["-q", "--q-bits", "4", "--quiet"]
        pairs = paired(command, ["cp", "-r", source, copy], runs, before)
    finally:
        remove(source, ours, copy)
    title = "8 GB bf16 to 4-bit, beside cp of the source"
    seconds = statistics.median(ours[0] / copied[0] for ours, copied in pairs)
    return [
        (f"{title}: s", column(pairs, 0, 0), column(pairs, 1, 0), 1 / seconds, ">= 0.67"),
        (f"{title}: peak MB", column(pairs, 0, 1), column(pairs, 1, 1), None, "< 400 MB"),
    ]


SECTIONS = {"whole": whole, "memory": memory, "large": large}


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--only", default=",".join(SECTIONS), help="sections, separated by commas")
    ap.add_argument("--runs", type=int, default=7, help="pairs of runs (memory and large: a third)")
    args = ap.parse_args()
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"warning: the load average is {load:.1f}; figures of a busy machine mislead\n")
    os.makedirs(WORK, exist_ok=True)
    rows = []
    for name in args.only.split(","):
        runs = args.runs if name == "whole" else max(2, args.runs // 3)
        rows += SECTIONS[name](runs)
    remove(WORK)
    print("| what | decibit | reference | times better | bar |")
    print("|---|---:|---:|---:|---|")
    for what, ours, theirs, times, bar in rows:
        print(f"| {what} | {ours:.4g} | {theirs:.4g} | {f'{times:.1f}' if times else ''} | {bar} |")


if __name__ == "__main__":
    main()
