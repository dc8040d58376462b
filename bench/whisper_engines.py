# SPDX-License-Identifier: Apache-2.0
"""What the Whisper benchmarks share: conversions of the model, and the engines."""

import json
import os

from engines import DATA, Peer, Process, convert

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


def peer(name, environment, engine, file, make=()):
    return Peer(name, environment, "bench/whisper_peer.py", engine, file, make)


def peers(wheels):
    ct2 = f"{DATA}/whisper-base-ct2"
    make_ct2 = ("bench/whisper_files.py", "ct2", wheels, ct2)
    candidates = [
        peer(f"faster-whisper {precision}", "transcribe", f"ct2-{precision}", ct2, make_ct2)
        for precision in ("float32", "int8")
    ]
    for kind in ("f16", "q8_0"):
        file = f"{DATA}/whisper-base-{kind}.bin"
        make = ("bench/whisper_files.py", "ggml", SOURCE, file, kind)
        candidates.append(peer(f"whisper.cpp {kind}", "whispercpp", "whispercpp", file, make))
    return [candidate for candidate in candidates if candidate.there()]


def mlx():
    candidate = peer("mlx-audio f16, MLX CPU", "reference", "mlx", SOURCE)
    return [candidate] if candidate.there() else []
