# SPDX-License-Identifier: Apache-2.0
"""What Whisper listens to in benchmarks: John F. Kennedy, and longer sounds that are made of a folder's English clips.

The folder holds utterances.tsv, with columns id, file, lang, seconds and text, and the files.
"""

import csv
import os
import subprocess

from engines import DATA

JFK = "tests/golden/real/whisper_jfk/audio.flac"
JFK_TEXT = (
    "And so, my fellow Americans: ask not what your country can do for you, "
    "ask what you can do for your country."
)
SILENCE_S = 0.35


class Clip:
    """`turns`: how often each engine is measured. `warm`: whether a turn before those counts for nobody."""

    def __init__(self, name, files, text, turns, warm=True):
        self.name, self.text, self.turns, self.warm = name, text, turns, warm
        self.path = f"{DATA}/{name.replace(' ', '-')}.wav"
        self.files = files

    def make(self, python):
        subprocess.run([python, "bench/whisper_sounds.py", self.path, *self.files], check=True)


def rows_of(folder):
    with open(os.path.join(folder, "utterances.tsv"), encoding="utf-8") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def other_languages(folder):
    return [row for row in rows_of(folder) if row["lang"] != "en"]


def english(folder):
    """Rows of the table; LJ's come first, as they follow each other in the book."""
    rows = [row for row in rows_of(folder) if row["lang"] == "en" and "/" not in row["file"]]
    return sorted(rows, key=lambda row: not row["id"].lower().startswith("lj"))


def joined(name, folder, rows, seconds, turns, warm):
    """Rows in turn, from the first again after the last, until they are as long."""
    files, texts, length = [], [], 0
    while length < seconds:
        row = rows[len(files) % len(rows)]
        files.append(os.path.join(folder, row["file"]))
        texts.append(row["text"])
        length += float(row["seconds"]) + SILENCE_S
    return Clip(name, files, " ".join(texts), turns, warm)


def clips(folder, turns):
    """The turns are those of 11 s, 90 s and 10 min; only the first without a folder."""
    made = [Clip("11 s", [JFK], JFK_TEXT, turns[0])]
    if folder:
        rows = english(folder)
        short = [row for row in rows if float(row["seconds"]) < 60]
        made.append(joined("90 s", folder, short, 88, turns[1], True))
        made.append(joined("10 min", folder, rows, 600, turns[2], False))
    return [clip for clip in made if clip.turns]
