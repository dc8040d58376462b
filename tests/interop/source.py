# SPDX-License-Identifier: Apache-2.0
"""Writes the procedural checkpoints of tests/golden/convert/sources/*.json (numpy only).

A source is {"dir", "config", "files": {name: text}, "tensors": [[file, name, dtype, shape, shift,
offset, seed], ...]}. Values are computed, not stored: element i of a tensor is
offset + v(name, seed, i) * 2^-shift, rounded once to float32, where v is a sum of four 16-bit
pieces of a splitmix64 stream (nearly Gaussian, exact in every language). shift null: constant.
"""

import json
import os
import struct

import numpy as np

GOLDEN_GAMMA = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def fnv1a(name):
    h = 14695981039346656037
    for byte in name.encode():
        h = ((h ^ byte) * 1099511628211) & MASK
    return h


def integers(name, seed, count):
    """v(name, seed, 0..count-1): integers of standard deviation 37837."""
    start = np.uint64(fnv1a(name) ^ ((seed * GOLDEN_GAMMA) & MASK))
    with np.errstate(over="ignore"):
        z = start + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GOLDEN_GAMMA)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    pieces = [(z >> np.uint64(s)) & np.uint64(65535) for s in (0, 16, 32, 48)]
    return sum(piece.astype(np.int64) for piece in pieces) - 131070


def values(name, seed, shape, shift, offset):
    count = int(np.prod(shape))
    if shift is None:
        return np.full(count, offset, np.float32)
    return (offset + integers(name, seed, count) * 2.0**-shift).astype(np.float32)


def to_bf16(x):
    """Round to nearest even; x is finite."""
    u = x.view(np.uint32).astype(np.uint64)
    return ((u + 0x7FFF + ((u >> 16) & 1)) >> 16).astype(np.uint16)


ENCODE = {
    "F32": lambda x: x,
    "F16": lambda x: x.astype(np.float16),
    "BF16": to_bf16,
}


def tensor_bytes(name, dtype, shape, shift, offset, seed):
    if dtype == "I64":  # position ids
        return np.arange(int(np.prod(shape)), dtype=np.int64).tobytes()
    return ENCODE[dtype](values(name, seed, shape, shift, offset)).tobytes()


def write_safetensors(path, tensors):
    """tensors: {name: (dtype, shape, bytes)}"""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, data) in sorted(tensors.items()):
        end = offset + len(data)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for _, (_, _, data) in sorted(tensors.items()):
            f.write(data)


def write_source(spec_path, folder):
    """Writes the checkpoint under `folder`; returns its own folder there."""
    with open(spec_path) as f:
        spec = json.load(f)
    root = os.path.join(folder, spec["dir"])
    files = {}
    for file, name, dtype, shape, shift, offset, seed in spec["tensors"]:
        data = tensor_bytes(name, dtype, shape, shift, offset, seed)
        files.setdefault(file, {})[name] = (dtype, shape, data)
    for file, tensors in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, file)), exist_ok=True)
        write_safetensors(os.path.join(root, file), tensors)
    for file, text in {"config.json": json.dumps(spec["config"]), **spec["files"]}.items():
        os.makedirs(os.path.dirname(os.path.join(root, file)), exist_ok=True)
        with open(os.path.join(root, file), "w", encoding="utf-8") as f:
            f.write(text)
    return root
