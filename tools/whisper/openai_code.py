# SPDX-License-Identifier: Apache-2.0
"""openai-whisper's own transcribe.py and timing.py, without torch: what their loops do with tensors is little, and numpy
does the same. The network is replaced by whoever imports this. `pip install numpy tiktoken`; load(FOLDER) of the package.
"""
import importlib
import sys
import types
from unittest.mock import MagicMock

import numpy as np


class Tensor(np.ndarray):
    def ge(self, other):
        return self >= other

    def add_(self, other):
        self += other
        return self

    def nonzero(self):
        return np.argwhere(np.asarray(self)).view(Tensor)

    def to(self, *_):
        return self

    def double(self):
        return self.astype(np.float64)

    def cpu(self):
        return self

    def numpy(self):
        return np.asarray(self)

    is_cuda = False


def tensor(values):
    array = np.asarray(values, dtype=np.int64 if len(values) == 0 else None)
    return array.view(Tensor)


def identity_decorator(*_, **__):
    return lambda function: function


def load(folder):
    """The modules `transcribe` and `timing`."""
    torch = MagicMock()
    torch.tensor = tensor
    torch.Tensor = Tensor
    torch.where = lambda condition: tuple(found.view(Tensor) for found in np.where(condition))
    torch.device = lambda name: name
    torch.no_grad = identity_decorator
    torch.cuda.is_available = lambda: False
    numba = types.ModuleType("numba")
    numba.jit = identity_decorator
    tqdm = MagicMock()
    for name, module in {"torch": torch, "torch.nn": torch.nn, "torch.nn.functional": torch.nn.functional,
                         "torch.distributions": torch.distributions, "numba": numba, "tqdm": tqdm}.items():
        sys.modules[name] = module
    package = types.ModuleType("whisper")
    package.__path__ = [folder]
    sys.modules["whisper"] = package
    return importlib.import_module("whisper.transcribe"), importlib.import_module("whisper.timing")
