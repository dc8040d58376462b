# SPDX-License-Identifier: Apache-2.0
"""Another engine that speaks with Kokoro, as a process that answers like bench/kokoro.cc; bench/kokoro.py talks to it.

usage: python kokoro_peer.py ort|vox|crispasr|mlx FILE MODEL THREADS

FILE is what the engine reads (a graph, a file of bench/kokoro_cpp_files.py, a folder), MODEL a Kokoro folder with its
config. {"ready": true, "version": ...} once it could speak; then each line of input is an object, "chunks" the
strings of phonemes of a text, and the answer one line with "audio_s", "seconds", "first_audio_s". "save": FILE.wav
beside the chunks writes the sound as well.
"""

import importlib.metadata
import json
import os
import sys
import time
import wave

import numpy as np

RATE_HZ = 24000
VOICE = "af_heart"
PACK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "voices")


def style(phonemes):
    """[1, 256]: the row of the voice for a string of this length."""
    pack = np.fromfile(os.path.join(PACK, VOICE + ".bin"), "<f4").reshape(-1, 1, 256)
    return pack[len(phonemes) - 1]


class OnnxRuntime:
    packages = ("onnxruntime",)

    def __init__(self, file, model, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Its idle threads would otherwise take cores from whoever is measured next.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(
            file, options, providers=["CPUExecutionProvider"]
        )
        with open(os.path.join(model, "config.json"), encoding="utf-8") as f:
            self.vocab = json.load(f)["vocab"]

    def speak(self, phonemes):
        ids = [0, *(self.vocab[c] for c in phonemes), 0]
        inputs = {"tokens": np.array([ids]), "style": style(phonemes)}
        return self.session.run(None, inputs | {"speed": np.ones(1, np.float32)})[0]


class Vox:
    packages = ("vox-tts",)

    def __init__(self, file, model, threads):
        import vox

        resources = vox.Resources(device="cpu", threads=threads)
        self.engine = vox.Engine(file, resources=resources)
        self.voice = self.engine.speaker_voice(VOICE)

    def speak(self, phonemes):
        return self.engine.synthesize(phonemes, voice=self.voice, phonemes=True, speed=1.0, seed=1)


class CrispAsr:
    packages = ("crispasr",)

    def __init__(self, file, model, threads):
        import crispasr

        self.session = crispasr.Session(file, n_threads=threads, use_gpu=False, backend="kokoro")
        self.session._session = self.session._handle  # set_tts_phonemes of 0.8.45 asks for this
        self.session.set_voice(f"{file}.{VOICE}.gguf")

    def speak(self, phonemes):
        self.session.set_tts_phonemes(phonemes)
        return self.session.synthesize("x")


class Mlx:
    """With as many threads as it pleases."""

    packages = ("mlx-audio", "mlx")

    def __init__(self, file, model, threads):
        from pathlib import Path

        import mlx.core
        from mlx_audio.tts.utils import load_model

        self.mx = mlx.core
        self.mx.set_default_device(self.mx.cpu)
        self.model = load_model(Path(file))
        self.mx.eval(self.model.parameters())

    def speak(self, phonemes):
        output = self.model(phonemes, self.mx.array(style(phonemes)), 1.0, return_output=True)
        self.mx.eval(output.audio)
        return output.audio


ENGINES = {"ort": OnnxRuntime, "vox": Vox, "crispasr": CrispAsr, "mlx": Mlx}


def save(path, chunks):
    samples = np.concatenate(chunks)
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def answer_of(engine, chunks):
    """(the answer, the sound)"""
    audio, first = [], None
    start = time.perf_counter()
    for phonemes in chunks:
        audio.append(np.asarray(engine.speak(phonemes), np.float32).reshape(-1))
        first = first or time.perf_counter() - start
    seconds = time.perf_counter() - start
    length = sum(map(len, audio)) / RATE_HZ
    return {"audio_s": length, "seconds": seconds, "first_audio_s": first}, audio


def main():
    name, file, model, threads = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")  # engines print what they please to standard output
    os.dup2(2, 1)
    engine = ENGINES[name](file, model, int(threads))
    version = " / ".join(f"{p} {importlib.metadata.version(p)}" for p in ENGINES[name].packages)
    print(json.dumps({"ready": True, "version": version}), file=answers, flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        answer, audio = answer_of(engine, question["chunks"])
        if "save" in question:
            save(question["save"], audio)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
