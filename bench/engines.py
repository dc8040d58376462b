# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks of whole models share: conversions, and engines as processes that are asked."""

import json
import os
import re
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
