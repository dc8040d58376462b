# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks of whole models share: conversions, engines as processes that are asked, and their speeds.

An answer has "seconds", which it took, and "audio_s", the length of the sound; RTF is the one over the other.
"""

import json
import os
import re
import statistics
import subprocess
import time

DECIBIT = "build/release/bin/decibit"
DATA = "build/bench-data"


def convert(source, name, flags):
    """The folder that the source becomes by these flags, made anew."""
    folder = os.path.join(DATA, name.replace(", ", "-").replace(" ", "-"))
    command = [DECIBIT, "convert", "--hf-path", source, "--mlx-path", folder, *flags]
    subprocess.run([*command, "--quiet", "--force"], check=True, stdin=subprocess.DEVNULL)
    return folder


def weights_megabytes(folder):
    names = (n for n in os.listdir(folder) if n.endswith(".safetensors"))
    return sum(os.path.getsize(os.path.join(folder, n)) for n in names) / 1e6


def warn_if_busy():
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"warning: the load average is {load:.1f}; figures of a busy machine mislead\n")


class Process:
    """An engine with a loaded model. `start_s`: from the start of the process to its being ready."""

    def __init__(self, command, environment=None, log=None):
        """`log`: where its messages go, if they are not to be seen."""
        self.command = command
        start = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=open(log, "w") if log else None,
            env=os.environ | (environment or {}),
            text=True,
        )
        self.ready = self._answer()
        self.start_s = time.perf_counter() - start

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise EngineEnded(f"{' '.join(self.command)} ended")
        return json.loads(line)

    def ask(self, question):
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return self._answer()

    def memory_megabytes(self, folder):
        """(peak of resident memory, what of it are mapped files of `folder`)"""
        folder, mapped, inside = os.path.realpath(folder) + "/", 0, False
        with open(f"/proc/{self.process.pid}/status") as f:
            peak = next(int(line.split()[1]) for line in f if line.startswith("VmHWM:"))
        with open(f"/proc/{self.process.pid}/smaps") as f:
            for line in f:
                if re.match("[0-9a-f]+-[0-9a-f]+ ", line):
                    inside = folder in line
                elif inside and line.startswith("Rss:"):
                    mapped += int(line.split()[1])
        return peak * 1024 / 1e6, mapped * 1024 / 1e6

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class EngineEnded(Exception):
    pass


class Peer:
    """Another program's engine, in the process of `script` with ENGINE FILE `arguments` THREADS; `make` is the script
    that makes `file`, and its arguments."""

    def __init__(self, name, environment, script, engine, file, make=(), arguments=()):
        self.name, self.script, self.engine, self.make = name, script, engine, make
        self.file, self.folder, self.arguments = file, file, arguments
        self.python = f".venv/{environment}/bin/python"

    def there(self):
        """Whether it can be had; if not, says so."""
        if os.path.exists(self.python) and not os.path.exists(self.file) and self.make:
            done = subprocess.run([self.python, *self.make], capture_output=True, text=True)
            if done.returncode:
                print(f"{self.file}: {done.stderr.strip().splitlines()[-1]}")
        have = os.path.exists(self.python) and os.path.exists(self.file)
        if not have:
            print(f"skipped: {self.name}\n")
        return have

    def start(self, threads):
        command = [self.python, self.script, self.engine, self.file, *self.arguments, str(threads)]
        limit = {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
        return Process(command, limit, log=f"{DATA}/{self.engine}-{threads}.log")


def rtf(answer):
    return answer["seconds"] / answer["audio_s"]


def in_turn(engines, turn):
    """Forwards and backwards, so that nobody always follows the same one."""
    return engines if turn % 2 == 0 else engines[::-1]


def median_rtfs(engines, question, turns, threads=2):
    """{name: median} of engines that take turns; the first turn does not count."""
    processes = {engine.name: engine.start(threads) for engine in engines}
    samples = {name: [] for name in processes}
    for turn in range(turns + 1):
        for name in in_turn(list(processes), turn):
            answer = processes[name].ask(question)
            if turn > 0:
                samples[name].append(rtf(answer))
    for process in processes.values():
        process.close()
    return {name: statistics.median(values) for name, values in samples.items()}


def times_faster(slow_answers, fast_answers):
    """The median over turns, each of neighbours."""
    pairs = zip(slow_answers, fast_answers, strict=True)
    return statistics.median(rtf(slow) / rtf(fast) for slow, fast in pairs)


def span(values):
    low, high = min(values), max(values)
    return f"{low:.2f}" if len(values) == 1 else f"{low:.2f} to {high:.2f}"


def print_table(heads, rows):
    """The first column is text, the others are numbers. Rows may come from a generator that takes its time."""
    print("| " + " | ".join(heads) + " |\n|---|" + "---:|" * (len(heads) - 1), flush=True)
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)
    print()


MEASURED = ("what", "measured", "must", "stretch")


def measure_by_json_lines(command):
    """{folder: row} of a program that prints an object for each folder."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    rows = map(json.loads, done.stdout.splitlines())
    return {row["folder"]: row for row in rows}
