# SPDX-License-Identifier: Apache-2.0
"""mlx-audio as the reference: its converter and its strict loaders, offline and on the CPU."""

import glob
import importlib
import os
from pathlib import Path

import mlx.core as mx
import mlx_audio.codec.models.snac as snac
import numpy as np
from mlx.utils import tree_flatten

mx.set_default_device(mx.cpu)


class NoCodec:
    """Two of mlx-audio's models download a codec when they are imported; none of ours needs it."""

    def eval(self):
        return self


snac.SNAC.from_pretrained = staticmethod(lambda *args, **kwargs: NoCodec())

from mlx_audio import convert as reference_convert  # noqa: E402  (imports those models)
from mlx_audio.stt.utils import load_model as load_stt  # noqa: E402
from mlx_audio.tts.utils import load_model as load_tts  # noqa: E402

LOADERS = {"tts": load_tts, "stt": load_stt}

# The tiny sources have no tokenizer that works; only what concerns weights is of interest here.
for module in (
    "tts.models.kokoro",
    "tts.models.qwen3_tts",
    "stt.models.whisper",
    "stt.models.voxtral_realtime",
):
    model_class = importlib.import_module("mlx_audio." + module).Model
    if hasattr(model_class, "post_load_hook"):
        model_class.post_load_hook = staticmethod(lambda model, path: model)


def convert(source, target, domain, **options):
    reference_convert.convert(str(source), str(target), model_domain=domain, **options)


def load(folder, domain):
    """The model of a folder, every tensor accounted for; raises what mlx-audio raises."""
    return LOADERS[domain](Path(folder), strict=True)


def parameters(model):
    return dict(tree_flatten(model.parameters()))


def stored_tensors(folder):
    tensors = {}
    for file in glob.glob(os.path.join(folder, "model*.safetensors")):
        tensors.update(mx.load(file))
    return tensors


def bits(array):
    """The raw bytes of an array, for an exact comparison (NumPy knows no bfloat16)."""
    if array.dtype == mx.bfloat16:
        array = array.view(mx.uint16)
    return np.array(array).tobytes()


def difference(ours, theirs):
    """What differs between two {name: array}, as text; empty when nothing does."""
    names = sorted(set(ours) ^ set(theirs))
    if names:
        side = "only in ours" if names[0] in ours else "missing from ours"
        return f"{len(names)} names differ, the first {side}: {names[0]}"
    for name in sorted(ours):
        a, b = ours[name], theirs[name]
        if (a.dtype, a.shape) != (b.dtype, b.shape):
            return f"{name}: {a.dtype} {a.shape}, expected {b.dtype} {b.shape}"
        if bits(a) != bits(b):
            return f"{name}: other bits"
    return ""
