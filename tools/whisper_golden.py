#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whisper's network in double precision, for tests/models/whisper_real_test.cc: every step of a greedy decode.

mlx-audio's own goldens have the logits of the first step only. This reads a text the reference has decoded (prompt
and tokens) in one pass, with the weights of a Hugging Face folder as they are:
    python tools/whisper_golden.py .models/whisper-base tests/golden/real/whisper_jfk
writes steps.safetensors there: "tokens"; "columns", some token ids; "logits" [tokens, columns], "largest" [tokens],
the largest |logit| of all; "probabilities" [tokens] of each token after those before it, over the first 50257;
"weights" [heads, tokens, 60], what the alignment heads give every 25th position of the audio.
Needs numpy and libsndfile.
"""
import ctypes
import ctypes.util
import json
import math
import struct
import sys

import numpy as np

PROMPT = [50258, 50259, 50359, 50363]
END = 50257


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    header.pop("__metadata__", None)
    kinds = {"F32": "<f4", "F16": "<f2", "I32": "<i4"}
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], kinds[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, value in sorted(tensors.items()):
        kind, dtype = ("I32", "<i4") if value.dtype.kind == "i" else ("F32", "<f4")
        raw = np.ascontiguousarray(value, dtype).tobytes()
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read_audio(path):
    class Info(ctypes.Structure):
        _fields_ = [("frames", ctypes.c_int64), ("rate", ctypes.c_int), ("channels", ctypes.c_int),
                    ("format", ctypes.c_int), ("sections", ctypes.c_int), ("seekable", ctypes.c_int)]
    library = ctypes.CDLL(ctypes.util.find_library("sndfile"))
    library.sf_open.restype = ctypes.c_void_p
    library.sf_readf_double.restype = ctypes.c_int64
    library.sf_readf_double.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    info = Info()
    file = library.sf_open(path.encode(), 0x10, ctypes.byref(info))
    assert file and info.rate == 16000 and info.channels == 1
    audio = np.zeros(info.frames)
    assert library.sf_readf_double(file, audio.ctypes.data, info.frames) == info.frames
    return audio


def mel_bank(mels):
    """Triangles of unit area on Slaney's scale, 0 to 8000 Hz, over 201 bins."""
    low_step, log_step = 200 / 3, math.log(6.4) / 27
    to_hz = lambda m: np.where(m < 15, m * low_step, 1000 * np.exp(log_step * (np.maximum(m, 15) - 15)))
    edges = to_hz(np.linspace(0, 15 + math.log(8) / log_step, mels + 2))
    bins = np.arange(201) * 40.0
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]


def log_mel(audio, mels):
    padded = np.pad(np.concatenate([audio, np.zeros(480000)]), 200, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, 400)[::160][:-1]
    window = np.sin(np.pi * np.arange(400) / 400) ** 2
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    log = np.log10(np.maximum(power @ mel_bank(mels).T, 1e-10))
    return (np.maximum(log, log.max() - 8) + 4) / 4


def gelu(x):
    erf = np.vectorize(math.erf, otypes=[float])
    return x * (1 + erf(x / math.sqrt(2))) / 2


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


class Whisper:
    def __init__(self, folder):
        self.weights = read_safetensors(folder + "/model.safetensors")
        with open(folder + "/config.json") as file:
            self.config = json.load(file)
        with open(folder + "/generation_config.json") as file:
            self.alignment_heads = json.load(file)["alignment_heads"]

    def get(self, name):
        return self.weights["model." + name].astype(np.float64)

    def linear(self, x, name, bias=True):
        return x @ self.get(name + ".weight").T + (self.get(name + ".bias") if bias else 0)

    def norm(self, x, name):
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred ** 2).mean(-1, keepdims=True) + 1e-5)
        return scaled * self.get(name + ".weight") + self.get(name + ".bias")

    def attend(self, x, source, name, causal):
        split = lambda rows: rows.reshape(len(rows), -1, 64).transpose(1, 0, 2)
        q = split(self.linear(x, name + ".q_proj"))
        k = split(self.linear(source, name + ".k_proj", bias=False))
        v = split(self.linear(source, name + ".v_proj"))
        scores = q @ k.transpose(0, 2, 1) / 8
        if causal:
            scores += np.triu(np.full(scores.shape[1:], -np.inf), 1)
        weights = softmax(scores)
        mixed = (weights @ v).transpose(1, 0, 2).reshape(len(x), -1)
        return self.linear(mixed, name + ".out_proj"), weights

    def mlp(self, x, name):
        wide = gelu(self.linear(self.norm(x, name + ".final_layer_norm"), name + ".fc1"))
        return self.linear(wide, name + ".fc2")

    def conv(self, x, name, stride):
        weight = self.get(name + ".weight")
        taps = np.lib.stride_tricks.sliding_window_view(np.pad(x, ((1, 1), (0, 0))), 3, 0)[::stride]
        return np.einsum("tik,oik->to", taps, weight, optimize=True) + self.get(name + ".bias")

    def encode(self, mel):
        x = gelu(self.conv(mel, "encoder.conv1", 1))
        x = gelu(self.conv(x, "encoder.conv2", 2))
        half = x.shape[1] // 2
        frequency = np.exp(-math.log(10000) / (half - 1) * np.arange(half)).astype(np.float32)
        phase = (np.arange(len(x), dtype=np.float32)[:, None] * frequency).astype(np.float64)
        x += np.concatenate([np.sin(phase), np.cos(phase)], 1)
        for i in range(self.config["encoder_layers"]):
            name = f"encoder.layers.{i}"
            normed = self.norm(x, name + ".self_attn_layer_norm")
            x += self.attend(normed, normed, name + ".self_attn", False)[0]
            x += self.mlp(x, name)
        return self.norm(x, "encoder.layer_norm")

    def decode(self, features, tokens):
        """Logits after each token, and the weights of the attention to the audio."""
        x = self.get("decoder.embed_tokens.weight")[tokens]
        x += self.get("decoder.embed_positions.weight")[:len(tokens)]
        looks = []
        for i in range(self.config["decoder_layers"]):
            name = f"decoder.layers.{i}"
            normed = self.norm(x, name + ".self_attn_layer_norm")
            x += self.attend(normed, normed, name + ".self_attn", True)[0]
            y, weights = self.attend(self.norm(x, name + ".encoder_attn_layer_norm"), features,
                                     name + ".encoder_attn", False)
            x += y
            x += self.mlp(x, name)
            looks.append(weights)
        return self.norm(x, "decoder.layer_norm") @ self.get("decoder.embed_tokens.weight").T, looks


def main():
    model, folder = Whisper(sys.argv[1]), sys.argv[2]
    golden = read_safetensors(folder + "/golden.safetensors")
    tokens = PROMPT + [int(t) for t in golden["f32/greedy_plain"]]
    mel = log_mel(read_audio(folder + "/audio.flac"), model.config["num_mel_bins"])[:3000]
    features = model.encode(mel)
    print("encoder, largest difference from mlx-audio: %.1e of %.1f" % (
        np.abs(features[:5] - golden["f32/encoder@head"][0]).max(), np.abs(features).max()))
    logits, looks = model.decode(features, tokens)
    first = golden["f32/first_logits"]
    print("first logits: %.1e of %.1f" % (np.abs(logits[len(PROMPT) - 1] - first).max(), np.abs(first).max()))
    columns = np.unique(np.concatenate([np.argsort(-logits, 1)[:, :8].ravel(), np.arange(0, logits.shape[1], 200)]))
    text = softmax(logits[:, :END])
    probabilities = [0.0] + [text[i - 1, t] if t < END else 0.0 for i, t in enumerate(tokens) if i > 0]
    weights = np.stack([looks[layer][head] for layer, head in model.alignment_heads])
    write_safetensors(folder + "/steps.safetensors", {
        "tokens": np.array(tokens), "columns": columns, "logits": logits[:, columns],
        "largest": np.abs(logits).max(1), "probabilities": np.array(probabilities), "weights": weights[:, :, ::25]})


if __name__ == "__main__":
    main()
