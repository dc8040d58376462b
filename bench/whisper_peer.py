# SPDX-License-Identifier: Apache-2.0
"""Another engine that runs Whisper, as a process that answers like bench/whisper.cc; bench/whisper.py talks to it.

usage: python whisper_peer.py ct2-float32|ct2-int8|whispercpp|mlx FILE THREADS

FILE is what the engine reads (see whisper_files.py; a folder for mlx). {"ready": true, "version": ...} once the model is
there; then each line of input is an object, "file" a WAV of 16-bit mono at 16 kHz and "beam", and the answer one line
with "seconds", "audio_s", "text". English at temperature 0, with timestamps, each window on its own.
"""

import importlib.metadata
import json
import os
import sys
import time
import wave

import numpy as np


class CTranslate2:
    packages = ("faster-whisper", "ctranslate2")

    def __init__(self, file, threads, precision):
        from faster_whisper import WhisperModel

        self.model = WhisperModel(
            file, device="cpu", compute_type=precision, cpu_threads=threads, num_workers=1
        )

    def transcribe(self, samples, beam):
        segments, _ = self.model.transcribe(
            samples,
            language="en",
            beam_size=beam,
            temperature=0,
            condition_on_previous_text=False,
        )
        return "".join(segment.text for segment in segments)


class WhisperCpp:
    packages = ("pywhispercpp",)

    def __init__(self, file, threads):
        from pywhispercpp.model import Model

        quiet = {"print_progress": False, "print_realtime": False}
        # How it searches is fixed when a model is loaded; the weights are loaded for one search at a time.
        self.make = lambda beam: Model(
            file, params_sampling_strategy=int(beam > 1), n_threads=threads, **quiet
        )
        self.beam, self.model = 1, self.make(1)

    def transcribe(self, samples, beam):
        search = {"beam_search": {"beam_size": beam, "patience": -1.0}}
        segments = self.model.transcribe(
            samples,
            language="en",
            no_context=True,
            temperature_inc=0.0,
            suppress_nst=True,
            **(search if beam > 1 else {"greedy": {"best_of": 1}}),
        )
        return " ".join(segment.text.strip() for segment in segments)

    def prepare(self, beam):
        if beam != self.beam:
            self.model = None
            self.beam, self.model = beam, self.make(beam)


class Mlx:
    """With as many threads as it pleases."""

    packages = ("mlx-audio", "mlx")

    def __init__(self, file, threads):
        from pathlib import Path

        import mlx.core
        from mlx_audio.stt.utils import load_model

        self.mx = mlx.core
        self.mx.set_default_device(self.mx.cpu)
        self.model = load_model(Path(file))
        self.mx.eval(self.model.parameters())

    def transcribe(self, samples, beam):
        done = self.model.generate(
            self.mx.array(samples),
            language="en",
            temperature=0.0,
            condition_on_previous_text=False,
            verbose=False,
        )
        return done.text


def engine_named(name, file, threads):
    if name.startswith("ct2-"):
        return CTranslate2(file, threads, name.removeprefix("ct2-"))
    return {"whispercpp": WhisperCpp, "mlx": Mlx}[name](file, threads)


def samples_of(path):
    with wave.open(path) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float32) / 32768


def answer_of(engine, question):
    if isinstance(engine, WhisperCpp):
        engine.prepare(question["beam"])
    start = time.perf_counter()
    samples = samples_of(question["file"])
    text = engine.transcribe(samples, question["beam"])
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "audio_s": len(samples) / 16000, "text": text}


def main():
    name, file, threads = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")  # engines print what they please to standard output
    os.dup2(2, 1)
    engine = engine_named(name, file, int(threads))
    version = " / ".join(f"{p} {importlib.metadata.version(p)}" for p in engine.packages)
    print(json.dumps({"ready": True, "version": version}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer_of(engine, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
