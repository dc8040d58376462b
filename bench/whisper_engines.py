# SPDX-License-Identifier: Apache-2.0
"""What the Whisper benchmarks share: conversions of the model, and the engines."""

import json
import os
import subprocess

from engines import DATA, Process, convert

SOURCE = ".models/whisper-base"
WHISPER = "build/bench/bin/bench_whisper"

# name: flags of `decibit convert`
VARIANTS = {
    "f16": ["--dtype", "float16"],
    **{f"{bits}-bit": ["-q", "--q-bits", str(bits)] for bits in (8, 6, 5, 4, 3, 2)},
    **{mode: ["-q", "--q-mode", mode] for mode in ("mxfp8", "mxfp4", "nvfp4")},
    **{
        recipe: ["-q", "--quant-predicate", recipe]
        for recipe in ("mixed_2_6", "mixed_3_4", "mixed_3_6", "mixed_4_6")
    },
}


def question(clip_path, beam):
    return json.dumps({"file": clip_path, "beam": beam})


class Ours:
    def __init__(self, variant, source=SOURCE, compute="auto"):
        self.name, self.compute = f"decibit {variant}", compute
        self.folder = convert(source, f"{os.path.basename(source)} {variant}", VARIANTS[variant])

    def start(self, threads):
        return Process([WHISPER, self.folder, str(threads), self.compute])


class Peer:
    """An engine of bench/whisper_peer.py; `make` is the script that makes `file`, and its arguments."""

    def __init__(self, name, environment, engine, file, make=()):
        self.name, self.engine, self.file, self.make = name, engine, file, make
        self.python = f".venv/{environment}/bin/python"
        self.folder = file

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
        command = [self.python, "bench/whisper_peer.py", self.engine, self.file, str(threads)]
        limit = {"OMP_NUM_THREADS": str(threads)}
        return Process(command, limit, log=f"{DATA}/{self.engine}-{threads}.log")


def peers(wheels):
    ct2 = f"{DATA}/whisper-base-ct2"
    make_ct2 = ("bench/whisper_files.py", "ct2", wheels, ct2)
    candidates = [
        Peer(f"faster-whisper {precision}", "transcribe", f"ct2-{precision}", ct2, make_ct2)
        for precision in ("float32", "int8")
    ]
    for kind in ("f16", "q8_0"):
        file = f"{DATA}/whisper-base-{kind}.bin"
        make = ("bench/whisper_files.py", "ggml", SOURCE, file, kind)
        candidates.append(Peer(f"whisper.cpp {kind}", "whispercpp", "whispercpp", file, make))
    return [peer for peer in candidates if peer.there()]


def mlx():
    peer = Peer("mlx-audio f16, MLX CPU", "reference", "mlx", SOURCE)
    return [peer] if peer.there() else []
