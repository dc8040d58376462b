# SPDX-License-Identifier: Apache-2.0
"""Writes torch/*.pth as torch.save of PyTorch 2 does, without PyTorch.

Python's own pickler does the work: stand-ins for torch's classes carry their module names, storages
become persistent ids, and the zip members are stored at multiples of 64 bytes. Element i of a
storage holds the number i. The files named bad_* are damaged or malicious.
Run: python3 make_torch_fixtures.py
"""
import io
import pathlib
import pickle
import struct
import sys
import types
import zipfile
from collections import OrderedDict

OUT = pathlib.Path(__file__).parent / "torch"

TYPES = {  # storage class: (struct format, element bytes)
    "FloatStorage": ("f", 4), "HalfStorage": ("e", 2), "BFloat16Storage": (None, 2),
    "DoubleStorage": ("d", 8), "LongStorage": ("q", 8), "ByteStorage": ("B", 1),
}


def module(name, **members):
    made = types.ModuleType(name)
    for key, value in members.items():
        value.__module__, value.__qualname__, value.__name__ = name, key, key
        setattr(made, key, value)
    sys.modules[name] = made
    return made


def function():
    def stub(*args):
        raise AssertionError("never called")
    return stub


torch = module("torch", **{name: type(name, (), {}) for name in TYPES})
utils = module("torch._utils", _rebuild_tensor_v2=function(), _rebuild_tensor_v3=function(),
               _rebuild_parameter=function())
torch_storage = module("torch.storage", UntypedStorage=type("UntypedStorage", (), {}))


class Storage:
    count = 0

    def __init__(self, kind, elements, key=None):
        self.kind, self.elements = kind, elements
        self.key = key

    def raw(self):
        code, _ = TYPES[self.kind]
        if code is None:  # bfloat16: the upper half of a float
            return b"".join(struct.pack("<f", float(i))[2:] for i in range(self.elements))
        return b"".join(struct.pack("<" + code, i) for i in range(self.elements))


class Tensor:
    def __init__(self, storage, shape, stride=None, offset=0):
        self.storage, self.shape, self.offset = storage, tuple(shape), offset
        if stride is None:
            stride, step = [], 1
            for d in reversed(self.shape):
                stride.insert(0, step)
                step *= d
        self.stride = tuple(stride)

    def __reduce_ex__(self, protocol):
        return utils._rebuild_tensor_v2, (self.storage, self.offset, self.shape, self.stride, False,
                                          OrderedDict())


class Parameter:
    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce_ex__(self, protocol):
        return utils._rebuild_parameter, (self.tensor, True, OrderedDict())


def dense(shape, kind="FloatStorage"):
    count = 1
    for d in shape:
        count *= d
    return Tensor(Storage(kind, count), shape)


class Pickler(pickle.Pickler):
    def __init__(self, out, protocol):
        super().__init__(out, protocol)
        self.storages = []

    def persistent_id(self, value):
        if not isinstance(value, Storage):
            return None
        if value not in self.storages:
            if value.key is None:
                value.key = str(len(self.storages))
            self.storages.append(value)
        return ("storage", getattr(torch, value.kind), value.key, "cpu", value.elements)


def write_zip(name, members, folder="archive"):
    with open(OUT / name, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for member, data in members:
            info = zipfile.ZipInfo(f"{folder}/{member}")  # of 1980, so that runs are equal
            start = file.tell() + 30 + len(info.filename) + 4
            pad = -start % 64
            info.extra = b"FB" + struct.pack("<H", pad) + b"Z" * pad
            archive.writestr(info, data)


def save(name, value, protocol=2, byteorder="little", extra=(), drop=None, folder="archive"):
    buffer = io.BytesIO()
    pickler = Pickler(buffer, protocol)
    pickler.dump(value)
    members = [("data.pkl", buffer.getvalue()), (".format_version", b"1"),
               ("byteorder", byteorder.encode())]
    members += [(f"data/{s.key}", s.raw()) for s in pickler.storages if s.key != drop]
    write_zip(name, members + [("version", b"3\n")] + list(extra), folder)


def save_raw(name, data):
    write_zip(name, [("data.pkl", data), ("byteorder", b"little"),
                     ("data/0", bytes(64)), ("version", b"3\n")])


class StateDict(OrderedDict):
    """OrderedDict with _metadata, which the pickler writes with BUILD."""

    def __reduce_ex__(self, protocol):
        return OrderedDict, (), {"_metadata": OrderedDict({"": {"version": 1}})}, None, \
            iter(self.items())


def good():
    save("kokoro_like.pth", {
        "bert": StateDict({"module.embeddings.weight": dense((3, 4)),
                           "module.pooler.bias": dense((4,))}),
        "decoder": StateDict({"module.encode.conv1.weight_g": dense((2, 1, 1)),
                              "module.encode.conv1.weight_v": dense((2, 3, 5))}),
    }, folder="kokoro-v1_0")
    save("whisper_like.pt", {
        "dims": {"n_mels": 80, "n_vocab": 51865},
        "model_state_dict": StateDict({"encoder.conv1.weight": dense((2, 2, 3), "HalfStorage")}),
    })
    save("training.pth", {
        "model": StateDict({"fc.weight": Parameter(dense((2, 2)))}),
        "optimizer": {"state": {0: {"exp_avg": dense((2, 2))}}, "param_groups": [{"lr": 1e-3}]},
        "epoch": 3, "huge": 1 << 80, "loss": 0.25, "note": "text", "raw": b"bytes", "flag": True,
    })
    save("voice.pt", dense((4, 1, 8)))
    shared = Storage("FloatStorage", 24)
    save("views.pth", StateDict({
        "whole": Tensor(shared, (4, 6)),
        "transposed": Tensor(shared, (6, 4), (1, 6)),
        "column": Tensor(shared, (4,), (6,), 2),
        "corner": Tensor(shared, (2, 3), (6, 1), 8),
        "repeated": Tensor(shared, (3, 2), (0, 1), 4),
        "permuted": Tensor(shared, (3, 4, 2), (2, 6, 1)),
        "scalar": Tensor(shared, (), (), 5),
        "empty": Tensor(shared, (0, 7), (7, 1), 0),
        "one": Tensor(shared, (1, 6), (999, 1), 6),
    }))
    save("types.pth", {kind: dense((3,), kind) for kind in TYPES})
    save("numbered.pth", [dense((2,)), {"a": dense((3,))}, {7: dense((1,))}])
    save("weight_norm.pth", StateDict({
        "ups.0.parametrizations.weight.original0": dense((2, 1, 1)),
        "ups.0.parametrizations.weight.original1": dense((2, 2, 3)),
        "ups.0.bias": dense((2,)),
    }))
    for protocol in (3, 4, 5):
        save(f"protocol{protocol}.pth", StateDict({"layer.weight": dense((2, 3))}), protocol)


class Reduce:
    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce_ex__(self, protocol):
        return self.function, self.args


def bad():
    import os
    save("bad_system.pth", {"weight": dense((2,)), "x": Reduce(os.system, "echo owned")})
    save("bad_eval.pth", {"x": Reduce(eval, "1+1")}, protocol=4)
    save_raw("bad_deep.pth", b"\x80\x02" + b"](" * 5000 + b"e" * 5000 + b".")
    # Ten references to the list before, twenty times: 10^20 leaves for whoever follows them all.
    bomb = b"\x80\x02]q\x00"
    for i in range(20):
        bomb += b"](" + bytes([ord("h"), i]) * 10 + b"eq" + bytes([i + 1])
    save_raw("bad_memo_bomb.pth", bomb + b".")
    cycle = {}
    cycle["self"] = cycle
    cycle["weight"] = dense((2,))
    save("bad_cycle.pth", cycle)
    storage = Storage("FloatStorage", 8)
    save("bad_bounds.pth", {"w": Tensor(storage, (3, 3))})
    save("bad_offset.pth", {"w": Tensor(storage, (2,), (1,), 7)})
    save("bad_overflow.pth", {"w": Tensor(storage, (3, 3), (1 << 62, 1 << 62))})
    save("bad_size.pth", {"w": Tensor(storage, (1 << 40, 1 << 40), (0, 0))})
    save("bad_repeats.pth", {"w": Tensor(storage, (1 << 40,), (0,))})
    save("bad_negative.pth", {"w": Tensor(storage, (2,), (-1,), 4)})
    save("bad_missing.pth", {"w": Tensor(Storage("FloatStorage", 2, "7"), (2,))}, drop="7")
    save("bad_big_endian.pth", {"w": dense((2,))}, byteorder="big")
    save("bad_script.pt", {"w": dense((2,))}, extra=[("code/__torch__.py", b"class Model: pass\n")])
    save_raw("bad_protocol0.pth", pickle.dumps({"a": 1}, 0))
    save_raw("bad_truncated.pth", b"\x80\x02}q\x00X\xff\xff\xff\x7fabc")
    save_raw("bad_stack.pth", b"\x80\x02(\x85.")
    # Before 1.6: a bare sequence of pickles that starts with a magic number.
    (OUT / "bad_legacy.pth").write_bytes(pickle.dumps(0x1950A86A20F9469CFC6C, 2)
                                         + pickle.dumps(1001, 2) + bytes(32))


OUT.mkdir(exist_ok=True)
good()
bad()
