# SPDX-License-Identifier: Apache-2.0
"""Recordings as WAV files of 16-bit mono at 16 kHz, one after another with 0.35 s of silence between.

usage: python whisper_sounds.py OUT.wav FILE...      (needs faster-whisper, which decodes them)
"""

import sys

import numpy as np
from faster_whisper.audio import decode_audio
from wav import RATE_HZ, write_wav


def main():
    out, *files = sys.argv[1:]
    silence = np.zeros(RATE_HZ * 35 // 100, np.float32)
    pieces = [piece for file in files for piece in (decode_audio(file, RATE_HZ), silence)][:-1]
    samples = np.clip(np.concatenate(pieces) * 32768, -32768, 32767)
    write_wav(out, samples.astype("<i2").tobytes())


if __name__ == "__main__":
    main()
