# SPDX-License-Identifier: Apache-2.0
"""WAV files of 16-bit mono at 16 kHz, as Whisper hears."""

import wave

RATE_HZ = 16000


def write_wav(path, samples):
    """`samples` are bytes, little-endian."""
    with wave.open(path, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(samples)
