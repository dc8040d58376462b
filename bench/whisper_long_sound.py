# SPDX-License-Identifier: Apache-2.0
"""Twelve minutes for Whisper in one file, as bench/whisper_agreement.py listens to: the English clips of a folder of
speech, 20 s of digital silence between groups of them, and prose that Kokoro speaks.

usage: python whisper_long_sound.py OUT.wav SPEECH [--kokoro FOLDER] [--decibit PROGRAM]

The sound is the same on every machine. The prose is from Lewis Carroll's Alice's Adventures in Wonderland (1865).
"""

import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "tools"))
from engines import DECIBIT  # noqa: E402
from wav import RATE_HZ, write_wav  # noqa: E402
from whisper_clips import SILENCE_S, english  # noqa: E402
from whisper_golden import read_audio  # noqa: E402

LONG_SILENCE_S = 20
VOICES = ["af_heart", "bm_george", "bf_emma", "am_michael", "af_bella"]


def silence(seconds):
    return np.zeros(round(seconds * RATE_HZ))


def joined(sounds, seconds):
    pieces = [piece for sound in sounds for piece in (sound, silence(seconds))]
    return np.concatenate(pieces[:-1])


def spoken(args):
    """The paragraphs of the prose, each in another voice."""
    with open(os.path.join(HERE, "whisper_prose.txt"), encoding="utf-8") as file:
        paragraphs = file.read().split("\n\n")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "paragraph.wav")
        for voice, text in zip(VOICES, paragraphs, strict=True):
            subprocess.run([args.decibit, "speak", "-m", args.kokoro, "--voice", voice, "--sample-rate", str(RATE_HZ),
                            "--compute", "exact", "--force", "-o", out, text.strip()],
                           check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            yield read_audio(out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("speech")
    parser.add_argument("--kokoro", default=".models/kokoro-82m")
    parser.add_argument("--decibit", default=DECIBIT)
    args = parser.parse_args()
    clips = {row["id"]: read_audio(os.path.join(args.speech, row["file"])) for row in english(args.speech)}
    long_clip = clips.pop("lj001-long")
    groups = [[sound for name, sound in clips.items() if name.startswith("LJ")],
              [sound for name, sound in clips.items() if not name.startswith("LJ")]]
    recorded = [joined(groups[0], SILENCE_S), long_clip, joined(groups[1], SILENCE_S)]
    parts = []
    for i, prose in enumerate(spoken(args)):
        parts += recorded[i : i + 1] + [prose]
    samples = np.round(joined(parts, LONG_SILENCE_S) * 32768).clip(-32768, 32767)
    write_wav(args.out, samples.astype("<i2").tobytes())


if __name__ == "__main__":
    main()
