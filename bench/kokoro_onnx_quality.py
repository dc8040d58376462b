# SPDX-License-Identifier: Apache-2.0
"""The row of ONNX Runtime's int8 graph for the table of bench/kokoro_quality.py: beside the same graph in floats.

usage: python kokoro_onnx_quality.py INT8.onnx F32.onnx CONFIG.json PHRASES.tsv     (needs onnx, onnxruntime)

The measures are those of bench/kokoro_quality.cc and bench/log_mel.h. Durations, F0 and N can be given because both
graphs are cut where they come out.
"""

import csv
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
from kokoro_peer import PACK, RATE_HZ

# stage: (its name in both graphs, its type)
STAGES = {
    "durations": ("/encoder/Clip_output_0", onnx.TensorProto.FLOAT),
    "f0": ("/encoder/Squeeze_output_0", onnx.TensorProto.FLOAT),
    "n": ("/encoder/Squeeze_1_output_0", onnx.TensorProto.FLOAT),
}
WINDOW, HOP, MELS = 1024, 256, 80
FLOOR, ACTIVE = 1e-5, 1e-2
VOICED_HZ = 10


class Graph:
    """Gives the stages, and where `forced` takes them from outside."""

    def __init__(self, path, forced):
        model = onnx.load(path)
        for stage, (name, kind) in STAGES.items():
            model.graph.output.append(onnx.helper.make_tensor_value_info(name, kind, None))
            if not forced:
                continue
            model.graph.input.append(onnx.helper.make_tensor_value_info(stage, kind, None))
            for node in model.graph.node:
                for i, source in enumerate(node.input):
                    if source == name:
                        node.input[i] = stage
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), providers=["CPUExecutionProvider"]
        )

    def run(self, inputs, forced=None):
        names = ["audio", *(name for name, _ in STAGES.values())]
        values = self.session.run(names, inputs | (forced or {}))
        return dict(zip(["audio", *STAGES], values, strict=True))


def mel_bank():
    """Slaney's scale and areas: MelBank of src/dsp/mel.h."""
    break_hz, break_mel, step = 1000.0, 15.0, np.log(6.4) / 27
    top = break_mel + np.log(RATE_HZ / 2 / break_hz) / step
    mels = np.linspace(0, top, MELS + 2)
    hz = np.where(mels < break_mel, mels * 200 / 3, break_hz * np.exp(step * (mels - break_mel)))
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE_HZ)
    low, middle, high = hz[:-2, None], hz[1:-1, None], hz[2:, None]
    up, down = (bins - low) / (middle - low), (high - bins) / (high - middle)
    return np.maximum(0, np.minimum(up, down)) * 2 / (high - low)


BANK = mel_bank()


def mels_of(audio):
    padded = np.pad(audio.astype(np.float64), WINDOW // 2, mode="reflect")
    frames = 1 + len(audio) // HOP
    at = np.arange(WINDOW) + HOP * np.arange(frames)[:, None]
    window = np.hanning(WINDOW + 1)[:-1]
    return np.abs(np.fft.rfft(padded[at] * window, axis=1)) @ BANK.T


def log_mel_differences(base, other):
    """Absolute, in dB, of the active frames."""
    a, b = mels_of(base), mels_of(other)
    active = a.max(axis=1) >= a.max() * ACTIVE
    decibels = [20 * np.log10(np.maximum(x[active], a.max() * FLOOR)) for x in (a, b)]
    return np.abs(decibels[0] - decibels[1])


def inputs_of(voice, phonemes, vocab):
    pack = np.fromfile(os.path.join(PACK, voice + ".bin"), "<f4").reshape(-1, 1, 256)
    ids = [0, *(vocab[c] for c in phonemes), 0]
    style = pack[len(phonemes) - 1]
    return {"tokens": np.array([ids]), "style": style, "speed": np.ones(1, np.float32)}


def main():
    int8, f32, config, table = sys.argv[1:]
    with open(config, encoding="utf-8") as f:
        vocab = json.load(f)["vocab"]
    with open(table, encoding="utf-8") as f:
        phrases = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    base, free, forced = Graph(f32, False), Graph(int8, False), Graph(int8, True)
    equal, squares, differences = [], [], []
    for phrase in phrases:
        inputs = inputs_of(phrase["voice"], phrase["phonemes"], vocab)
        want = base.run(inputs)
        equal.append((free.run(inputs)["durations"] == want["durations"]).ravel())
        got = forced.run(inputs, {stage: want[stage] for stage in STAGES})
        voiced = want["f0"] > VOICED_HZ
        squares.append((got["f0"][voiced] - want["f0"][voiced]).astype(np.float64) ** 2)
        differences.append(log_mel_differences(want["audio"].ravel(), got["audio"].ravel()).ravel())
    equal, squares, differences = map(np.concatenate, (equal, squares, differences))
    cells = ["ONNX Runtime int8", f"{os.path.getsize(int8) / 1e6:.1f}", ""]
    cells += [f"{equal.mean() * 100:.1f}", f"{np.sqrt(squares.mean()):.2f}"]
    cells.append(f"{differences.mean():.3f}")
    print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
