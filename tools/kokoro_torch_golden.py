#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts what tests/models/kokoro_real_test.cc compares out of a float run of the ONNX export of Kokoro-82M.

The export is PyTorch's network (tanh GELU, mirrored padding) without source noise. The input is a safetensors
file of stage activations; rows become [time, channels]. See tests/golden/real/README.md.
    python tools/kokoro_torch_golden.py STAGES.safetensors tests/golden/real/kokoro_hello_torch.safetensors
"""
import json
import struct
import sys

import numpy as np

CHANNELS_FIRST = {"text_encoder", "har"}
KEPT = ["input_ids", "bert_encoder", "duration_encoder", "duration_sum", "durations", "F0", "N", "text_encoder",
        "har_source", "har", "audio"]


def read(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    header.pop("__metadata__", None)
    kinds = {"F32": "<f4", "I64": "<i8"}
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], kinds[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}


def write(path, tensors):
    header, data = {}, b""
    for name, value in sorted(tensors.items()):
        raw = np.ascontiguousarray(value, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main():
    stages = read(sys.argv[1])
    kept = {name: stages[name].squeeze(0) if stages[name].ndim > 1 else stages[name] for name in KEPT}
    for name in CHANNELS_FIRST:
        kept[name] = kept[name].T
    write(sys.argv[2], kept)


if __name__ == "__main__":
    main()
