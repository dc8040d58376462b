# SPDX-License-Identifier: Apache-2.0
"""Kokoro in the files of two C++ engines, without PyTorch.

usage: python kokoro_cpp_files.py vox MODEL OUT.tmod               (needs vox-tts)
       python kokoro_cpp_files.py crispasr MODEL OUT.gguf SCRIPT   (needs gguf, safetensors)

MODEL is a folder of PyTorch's layout in safetensors. SCRIPT is models/convert-kokoro-to-gguf.py of CrispASR's
repository, which its package leaves out; OUT.gguf.VOICE.gguf are written beside OUT. Both converters want PyTorch only
to read a file of tensors: a stand-in that answers with numpy's arrays serves them.
"""

import importlib.util
import os
import sys
import tempfile
import types

import numpy as np
from safetensors import safe_open

VOICES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "voices")


class Tensor(np.ndarray):
    """What the two converters ask of a torch.Tensor."""

    def to(self, *_, **__):
        return self.astype(np.float32).view(Tensor)

    def float(self):
        return self.to()

    def numpy(self):
        return np.asarray(self)

    def detach(self):
        return self

    def contiguous(self):
        return self

    def norm(self, p=2, dim=1):
        assert p == 2
        return np.linalg.norm(np.asarray(self, np.float64), axis=dim).astype("f4").view(Tensor)

    def clamp_min(self, low):
        return np.maximum(self, low).view(Tensor)


def load(path, **_):
    """torch.load: the parts of a checkpoint with their tensors, or a voice."""
    path = str(path)
    if not path.endswith(".safetensors"):
        return np.fromfile(path, "<f4").reshape(-1, 1, 256).view(Tensor)
    parts = {}
    with safe_open(path, "np") as file:
        for key in file.keys():
            part, name = key.split(".", 1)
            values = file.get_tensor(key).astype(np.float32)
            if key.endswith("weight_v"):  # rows of zeros would be divided by their norm
                values[~values.reshape(len(values), -1).any(1)] = 1
            parts.setdefault(part, {})[name] = values.view(Tensor)
    return parts


def stand_in(name, **members):
    module = types.ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module


def voices():
    return sorted(name for name in os.listdir(VOICES) if name.endswith(".bin"))


def write_vox(model, out):
    import vox.build_kokoro

    config, weights = (os.path.join(model, f) for f in ("config.json", "model.safetensors"))
    with tempfile.TemporaryDirectory() as packs:  # it looks for *.pt
        for name in voices():
            target = os.path.join(packs, name.removesuffix(".bin") + ".pt")
            os.symlink(os.path.abspath(os.path.join(VOICES, name)), target)
        vox.build_kokoro.build(config, weights, out, packs, "bf16", g2p=False, sha=False)


def write_crispasr(model, out, script):
    import gguf

    stand_in("huggingface_hub", snapshot_download=None)
    spec = importlib.util.spec_from_file_location("convert_kokoro_to_gguf", script)
    converter = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(converter)
    sys.argv = [script, "--input", model, "--output", out, "--outtype", "f16"]
    sys.argv += ["--checkpoint", os.path.join(model, "model.safetensors")]
    converter.main()
    for name in voices():
        voice = name.removesuffix(".bin")
        writer = gguf.GGUFWriter(f"{out}.{voice}.gguf", arch="kokoro-voice")
        writer.add_name(f"kokoro-voice-{voice}")
        writer.add_string("kokoro_voice.name", voice)
        writer.add_uint32("kokoro_voice.max_phonemes", 510)
        writer.add_uint32("kokoro_voice.style_dim", 256)
        pack = np.asarray(load(os.path.join(VOICES, name)))
        writer.add_tensor("voice.pack", pack, raw_dtype=gguf.GGMLQuantizationType.F32)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def main():
    stand_in(
        "torch",
        load=load,
        Tensor=Tensor,
        float32="float32",
        is_tensor=lambda x: isinstance(x, Tensor),
    )
    kind, *arguments = sys.argv[1:]
    {"vox": write_vox, "crispasr": write_crispasr}[kind](*arguments)


if __name__ == "__main__":
    main()
