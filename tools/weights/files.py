# SPDX-License-Identifier: Apache-2.0
"""Writing a checkpoint folder: safetensors, text, JSON, and the manifest that completes it."""

import json
import os
import struct

import numpy as np

from .wheels import sha256

ST_DTYPE = {"float32": "F32", "float16": "F16", "int64": "I64", "uint32": "U32"}


def save_safetensors(path, tensors, metadata):
    """u64 header length, JSON header padded to 8 bytes, little-endian data; names sorted."""
    head, off, blobs = {"__metadata__": metadata}, 0, []
    for name in sorted(tensors):
        a = np.ascontiguousarray(tensors[name])
        head[name] = {
            "dtype": ST_DTYPE[str(a.dtype)],
            "shape": list(a.shape),
            "data_offsets": [off, off + a.nbytes],
        }
        off += a.nbytes
        blobs.append(a)
    h = json.dumps(head, separators=(",", ":")).encode()
    h += b" " * (-len(h) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(h)) + h)
        for a in blobs:
            f.write(a.tobytes())


def write_text(path, text):
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.write(text)


def write_json(path, obj):
    write_text(path, json.dumps(obj, ensure_ascii=False, indent=2) + "\n")


def manifest(d):
    m = {}
    for root, dirs, files in os.walk(d):
        dirs.sort()
        for f in sorted(files):
            if f == ".manifest.json":
                continue
            p = os.path.join(root, f)
            with open(p, "rb") as fh:
                data = fh.read()
            m[os.path.relpath(p, d).replace(os.sep, "/")] = {
                "bytes": len(data),
                "sha256": sha256(data),
            }
    write_json(os.path.join(d, ".manifest.json"), m)
