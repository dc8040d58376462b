# SPDX-License-Identifier: Apache-2.0
"""Initializers and nodes of an ONNX file, read straight from the protobuf wire format."""

import numpy as np


def pb(buf):
    """Yields (field, value) of a protobuf message: int for varints, memoryview for the rest."""
    i, n = 0, len(buf)
    while i < n:
        key = shift = 0
        while True:
            b = buf[i]
            i += 1
            key |= (b & 127) << shift
            shift += 7
            if b < 128:
                break
        wire = key & 7
        if wire == 0:
            v = shift = 0
            while True:
                b = buf[i]
                i += 1
                v |= (b & 127) << shift
                shift += 7
                if b < 128:
                    break
        elif wire == 2:
            ln = shift = 0
            while True:
                b = buf[i]
                i += 1
                ln |= (b & 127) << shift
                shift += 7
                if b < 128:
                    break
            v = buf[i : i + ln]
            i += ln
        elif wire == 5:
            v = bytes(buf[i : i + 4])
            i += 4
        elif wire == 1:
            v = bytes(buf[i : i + 8])
            i += 8
        else:
            raise ValueError(f"protobuf wire type {wire}")
        yield key >> 3, v


ONNX_DTYPE = {
    1: np.float32,
    2: np.uint8,
    3: np.int8,
    6: np.int32,
    7: np.int64,
    10: np.float16,
    11: np.float64,
}


def read_onnx(data):
    """(nodes, initializers): nodes = [(op_type, name, [inputs])], initializers = {name: array}."""
    graph = next(v for f, v in pb(memoryview(data)) if f == 7)  # ModelProto.graph
    nodes, inits = [], {}
    for f, v in pb(graph):
        if f == 1:  # GraphProto.node
            op = name = ""
            ins = []
            for g, w in pb(v):
                if g == 1:
                    ins.append(bytes(w).decode())
                elif g == 3:
                    name = bytes(w).decode()
                elif g == 4:
                    op = bytes(w).decode()
            nodes.append((op, name, ins))
        elif f == 5:  # GraphProto.initializer
            dims, dt, raw, name = [], 0, None, ""
            f32, i32 = [], []
            for g, w in pb(v):
                if g == 1:  # dims: packed or one by one
                    dims += [w] if isinstance(w, int) else [x for x in varints(w)]
                elif g == 2:
                    dt = w
                elif g == 4:
                    f32.append(bytes(w))  # float_data (packed or single)
                elif g == 5:
                    i32 += [w] if isinstance(w, int) else list(varints(w))
                elif g == 8:
                    name = bytes(w).decode()
                elif g == 9:
                    raw = w
            np_dt = np.dtype(ONNX_DTYPE[dt])
            if raw is not None:
                a = np.frombuffer(raw, np_dt)
            elif f32:
                a = np.frombuffer(b"".join(f32), np.float32)
            else:
                a = np.array(i32, np.int64).astype(np_dt)
            if a.size == int(
                np.prod(dims, dtype=np.int64)
            ):  # (int64_data tensors are not needed here)
                inits[name] = a.reshape(dims)
    return nodes, inits


def varints(buf):
    v = shift = 0
    for b in buf:
        v |= (b & 127) << shift
        shift += 7
        if b < 128:
            yield v
            v = shift = 0
