# SPDX-License-Identifier: Apache-2.0
"""`python -m mlx_audio.convert` on the CPU, without the codec that two of its models download when
they are imported (auto-detection imports them all; Kokoro and Whisper never use it)."""

import sys

import mlx.core as mx
import mlx_audio.codec.models.snac as snac


class NoCodec:
    def eval(self):
        return self


snac.SNAC.from_pretrained = staticmethod(lambda *args, **kwargs: NoCodec())
mx.set_default_device(mx.cpu)
sys.argv[0] = "mlx_audio.convert"

from mlx_audio.convert import main  # noqa: E402  (imports those models)

main()
