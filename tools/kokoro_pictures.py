#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws spectrograms of spoken files, and their pitches in one chart: the pictures of docs/kokoro.md.

usage: python tools/kokoro_pictures.py SPECTROGRAMS.png PITCH.png TITLE=FILE.wav...     (needs matplotlib, librosa)

The pitch is estimated from the sound alone (librosa's pYIN), where that is within 40 dB of its loudest.
"""

import sys

import librosa
import matplotlib
import numpy as np
from PIL import Image

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

WINDOW, HOP, MELS = 1024, 256, 96
RANGE_DB, VOICED_DB = 80, 40
LOWEST_HZ, HIGHEST_HZ = 80, 400
COLOURS = ("black", "tab:blue", "tab:red")
DOTS_PER_INCH = 80


def draw_spectrogram(axes, title, audio, rate):
    mel = librosa.feature.melspectrogram(
        y=audio, sr=rate, n_fft=WINDOW, hop_length=HOP, n_mels=MELS
    )
    decibels = librosa.power_to_db(mel, ref=np.max, top_db=RANGE_DB)
    extent = (0, len(audio) / rate, 0, MELS)
    axes.imshow(decibels, origin="lower", aspect="auto", extent=extent, cmap="Greys")
    marks = [500, 1000, 2000, 4000, 8000]
    bands = librosa.mel_frequencies(MELS + 2, fmax=rate / 2)[1:-1]
    axes.set_yticks(np.interp(marks, bands, np.arange(MELS) + 0.5), [f"{m / 1000:g}" for m in marks])
    axes.set_ylabel(f"{title}\nkHz")


def pitch_of(audio, rate):
    """(seconds, Hz); no number where there is no voice."""
    pitch, _, _ = librosa.pyin(
        audio, fmin=LOWEST_HZ, fmax=HIGHEST_HZ, sr=rate, frame_length=2 * WINDOW, hop_length=HOP
    )
    loudness = librosa.feature.rms(y=audio, frame_length=2 * WINDOW, hop_length=HOP)[0]
    quiet = loudness < loudness.max() * 10 ** (-VOICED_DB / 20)
    return np.arange(len(pitch)) * HOP / rate, np.where(quiet, np.nan, pitch)


def save(figure, path, colours):
    figure.savefig(path, dpi=DOTS_PER_INCH)
    Image.open(path).convert("RGB").quantize(colours).save(path, optimize=True)


def main():
    spectrograms, pitches, *named = sys.argv[1:]
    files = [name.split("=", 1) for name in named]
    sounds = [librosa.load(path, sr=None) for _, path in files]
    longest = max(len(audio) / rate for audio, rate in sounds)
    figure, strips = pyplot.subplots(
        len(files), 1, figsize=(11, 1.9 * len(files)), sharex=True, layout="constrained"
    )
    chart, axes = pyplot.subplots(figsize=(11, 3.2), layout="constrained")
    for strip, (title, _), (audio, rate), colour in zip(strips, files, sounds, COLOURS, strict=True):
        draw_spectrogram(strip, title, audio, rate)
        axes.plot(*pitch_of(audio, rate), color=colour, linewidth=1, label=title)
    strips[-1].set_xlabel("s")
    axes.set_xlabel("s")
    axes.set_ylabel("pitch, Hz")
    axes.legend(loc="upper right", ncols=len(files))
    for axis in (*strips, axes):
        axis.set_xlim(0, longest)
    save(figure, spectrograms, 32)
    save(chart, pitches, 32)


if __name__ == "__main__":
    main()
