# SPDX-License-Identifier: Apache-2.0
"""Five minutes each of silence, hiss and tones, in which nobody speaks, as WAV files of 16-bit mono at 16 kHz.

Hiss is white noise, normally distributed, -40 dB RMS below full scale. A tone is a sine at -20 dB RMS, faded over 10 ms at
both ends, of a second, and a second of silence comes after it; its frequency lies between 100 and 4000 Hz.
"""

import array
import math
import os
import random

from engines import DATA
from wav import RATE_HZ, write_wav

SECONDS, FADE = 300, 160
SEED = 1


def silence(_):
    return (0 for _ in range(SECONDS * RATE_HZ))


def hiss(draw):
    return (draw.gauss(0, 0.01) for _ in range(SECONDS * RATE_HZ))


def tones(draw):
    for _ in range(SECONDS // 2):
        hz = 100 * 40 ** draw.random()
        for i in range(RATE_HZ):
            fade = min(1, i / FADE, (RATE_HZ - i) / FADE)
            yield 0.1 * math.sqrt(2) * fade * math.sin(2 * math.pi * hz * i / RATE_HZ)
        yield from [0] * RATE_HZ


def noises():
    """{name: path}; the files are made where they are missing."""
    paths = {}
    for make in (silence, hiss, tones):
        path = paths[make.__name__] = f"{DATA}/{make.__name__}.wav"
        if os.path.exists(path):
            continue
        samples = array.array("h", (round(32767 * x) for x in make(random.Random(SEED))))
        write_wav(path + ".new", samples.tobytes())
        os.replace(path + ".new", path)
    return paths
