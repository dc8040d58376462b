# SPDX-License-Identifier: Apache-2.0
"""What the Kokoro benchmarks share: conversions of the model, which a program speaks with."""

from engines import Process, convert

SPEAKER = "build/bench/bin/bench_kokoro"
SOURCE = ".models/kokoro-82m"

# name: flags of `decibit convert`; dense convolutions in the order in which they can stay in the file
VARIANTS = {
    "f32": ["--layout", "mlx"],
    "bf16": ["--dtype", "bfloat16", "--layout", "mlx"],
    "8-bit": ["-q", "--q-bits", "8"],
    "6-bit": ["-q", "--q-bits", "6"],
    "4-bit": ["-q", "--q-bits", "4"],
    "3-bit": ["-q", "--q-bits", "3"],
    "mxfp4": ["-q", "--q-mode", "mxfp4"],
    "nvfp4": ["-q", "--q-mode", "nvfp4"],
    "all, 8-bit": ["-q", "--q-bits", "8", "--scope", "all"],
    "all, 6-bit": ["-q", "--q-bits", "6", "--scope", "all"],
    "all, 4-bit": ["-q", "--q-bits", "4", "--scope", "all"],
    "all, 4-bit, BERT 8": ["-q", "--q-bits", "4", "--scope", "all", "--rule", "^bert=8:64"],
}


class Ours:
    """bench_kokoro with a conversion of the source, made anew, or with the source when there is no variant."""

    def __init__(self, name, variant, source=SOURCE, compute="auto"):
        self.name, self.compute = name, compute
        self.folder = convert(source, variant, VARIANTS[variant]) if variant else source

    def start(self, threads):
        return Process([SPEAKER, self.folder, str(threads), self.compute])

    def ask(self, process, phonemes, chunks):
        return process.ask(phonemes)
