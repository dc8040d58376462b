# SPDX-License-Identifier: Apache-2.0
"""decibit bench kernels beside other engines: one Markdown table. Run by scripts/bench.sh kernels --peers.

For each shape decibit and every engine take turns, so that a change of the machine's mood hits all of
them. A cell of an engine is its time divided by decibit's, the median over the turns: above 1,
decibit is faster. Engines run in processes of their own, which wait while another is measured; what
stands for what is in docs/benchmarks.md.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

DECIBIT = "build/release/bin/decibit"
ENGINES = {"ort": "ONNX Runtime", "blas": "OpenBLAS", "mlx": "MLX CPU"}
SHAPES = [(1280, 1280), (5120, 1280), (9216, 3072), (3072, 9216), (51865, 512)]  # n, k
ROWS = [1, 4, 16, 64, 1500]
SCHEMES = "(4:64|8:64|mxfp4|f32)"


def filters():
    """One regular expression for each group of rows that is measured in one turn."""
    for n, k in SHAPES:
        for m in ROWS:
            yield f"^(matvec|gemm|int_gemm)/{SCHEMES}/.*/m{m}/n{n}/k{k}$"
    for m in (4800, 800):
        for taps in (3, 7, 11):
            yield f"^(conv|toom_cook)/.*/m{m}/.*/taps{taps}/"
    yield "^lstm/f32/"
    yield "^attention/f32/"


class Engine:
    """A process of bench/kernels_peer.py."""

    def __init__(self, name, threads):
        limits = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
        self.process = subprocess.Popen(
            [sys.executable, "bench/kernels_peer.py", name, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {limit: str(threads) for limit in limits},
            text=True,
        )

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"error: {' '.join(self.process.args)} ended; its message is above")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def rows_of_decibit(pattern, threads):
    """(machine, rows); no rows where none has such a name."""
    command = [DECIBIT, "bench", "kernels", "--json", "--threads", str(threads)]
    done = subprocess.run(command + ["--filter", pattern], capture_output=True, text=True)
    if "matches no row" in done.stderr:
        return {}, []
    if done.returncode:
        sys.exit(f"error: {' '.join(command)} failed:\n{done.stderr}")
    report = json.loads(done.stdout)
    return report["machine"], report["rows"]


def measure_group(pattern, threads, engines, turns):
    """{name: row with "ours": [ms of each turn] and the same for every engine}, and machines."""
    measured, machines = {}, []
    for _ in range(turns):
        machine, rows = rows_of_decibit(pattern, threads)
        if not rows:
            break
        machines.append(machine)
        for row in rows:
            entry = measured.setdefault(row["name"], row | {"ours": []})
            entry["ours"].append(row["ms"])
        for name, engine in engines.items():
            times = {}
            for row in rows:
                # decibit's int16 and int8, conv and toom_cook have one counterpart.
                kind = row["compute"] == "exact", row["scheme"], row["m"], row["n"], row["k"]
                kind += (row.get("dilation"),)
                if kind not in times:
                    question = row | {"rotation": machine["rotation_bytes"]}
                    times[kind] = engine.ask(question)["ms"]
                measured[row["name"]].setdefault(name, []).append(times[kind])
    for engine in engines.values():
        engine.ask({"forget": True})
    return list(measured.values()), machines


def ratio(row, name):
    pairs = [(o, t) for o, t in zip(row["ours"], row[name]) if t is not None]
    return f"{statistics.median(t / o for o, t in pairs):.2f}" if pairs else ""


def shape_text(row):
    if "taps" in row:
        return f"{row['k'] // row['taps']} to {row['n']}, {row['taps']} taps, d {row['dilation']}"
    return f"{row['n']} x {row['k']}"


def print_table(threads, rows, machines, engines):
    for row in rows:
        ms = statistics.median(row["ours"])
        gmacs = row["gmacs"] * row["ms"] / ms
        cells = [threads, row["kernel"], shape_text(row), row["m"], row["scheme"], row["compute"]]
        cells += [f"{ms:.3g}", f"{gmacs:.3g}"] + [ratio(row, name) for name in engines]
        print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--threads", default="1,2", help="numbers of threads, separated by commas")
    ap.add_argument("--turns", type=int, default=3, help="how often each engine is measured")
    ap.add_argument("--only", default="", help="groups whose filter contains this text: n9216, conv")
    args = ap.parse_args()
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"warning: the load average is {load:.1f}; figures of a busy machine mislead\n")
    head = ["threads", "kernel", "shape", "m", "weights", "compute", "ms", "GMAC/s"]
    print("| " + " | ".join(head + [f"{title}: x" for title in ENGINES.values()]) + " |")
    print("|---:|---|---|---:|---|---|---:|---:|" + "---:|" * len(ENGINES))
    all_machines = []
    for threads in [int(number) for number in args.threads.split(",")]:
        engines = {name: Engine(name, threads) for name in ENGINES}
        for pattern in filters():
            if args.only not in pattern:
                continue
            rows, machines = measure_group(pattern, threads, engines, args.turns)
            print_table(threads, rows, machines, engines)
            all_machines += machines
        for engine in engines.values():
            engine.close()
    print()
    for threads in sorted({machine["threads"] for machine in all_machines}):
        same = [machine for machine in all_machines if machine["threads"] == threads]
        read = statistics.median(machine["read_gbps"] for machine in same)
        fma = statistics.median(machine["fma_gmacs"] for machine in same)
        print(f"{same[0]['isa']}, {threads} threads: reading {read:.3g} GB/s, f32 {fma:.3g} GMAC/s")


if __name__ == "__main__":
    main()
