# SPDX-License-Identifier: Apache-2.0
"""Whether decibit transcribes as OpenAI's whisper does: the same sounds, the same weights, window by window.

Run by scripts/bench.sh whisper-agreement. References are what tools/whisper/openai_windows.py wrote; each is a row of a
Markdown table, and what differs is told below it.

A window where the reference sampled (T > 0) is left out, and so is what follows up to the next that begins without a
prompt and at the same place: samplers differ by nature. The windows after a differing one are left out in the same way,
for they are shown another text; they are counted apart. Needs numpy and libsndfile.
"""

import argparse
import glob
import hashlib
import itertools
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "tools"))
from engines import DATA, DECIBIT  # noqa: E402
from wav import RATE_HZ  # noqa: E402
from whisper_clips import rows_of  # noqa: E402
from whisper_golden import read_audio  # noqa: E402

REFERENCES = "tests/golden/whisper/openai"
MODELS = {"base": ".models/whisper-base", "tiny.en": f"{DATA}/whisper-tiny.en"}
RESET_ABOVE = 0.5  # a temperature after which the next window is shown no text
WORD_TOLERANCE = 2  # hundredths of a second
LONG_CLIP = "lj001-long"
LEAST_SILENCE_S = 0.3


def sounds(speech, long_sound):
    paths = [os.path.join(speech, row["file"]) for row in rows_of(speech)] + [long_sound]
    return {os.path.splitext(os.path.basename(path))[0]: path for path in paths}


def transcribe(decibit, paths, reference, folder):
    """Segments by name of the sound."""
    flags = ["--beam-size", str(reference["beam_size"] or 1), "--words", str(reference["words"]).lower()]
    command = [decibit, "transcribe", "-m", MODELS[reference["model"]], "--compute", "exact", "-f", "json", "-o", folder]
    subprocess.run(command + flags + list(paths.values()), check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name in paths:
        with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
            yield name, json.load(file)


def by_window(segments):
    """Segments by the position of their window."""
    return {seek: list(group) for seek, group in itertools.groupby(segments, lambda segment: segment["seek"])}


def tokens(segments):
    return [token for segment in segments for token in segment["tokens"]]


def first_difference(a, b):
    return next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))


def word_times(segments, read):
    return np.array([read(word) for segment in segments for word in segment.get("words", [])]).reshape(-1, 2)


def read_ours(word):
    return [round(100 * word["start"]), round(100 * word["end"])]


def describe(name, window, segments):
    theirs, ours = tokens(window["segments"]), tokens(segments)
    step = first_difference(theirs, ours)
    tie = next((f"margin {margin:.4f}" for at, margin in window["ties"] if at == step), "no tie")
    least = min((margin for _, margin in window["ties"]), default=None)
    score = f"{segments[0]['avg_logprob']:.5f}" if segments else "nothing"
    return (f"{name} at {window['seek'] / 100:.2f} s, token {step} is {ours[step:step + 1]} for {theirs[step:step + 1]}: "
            f"{tie}, least in the window {least}; mean log probability {score} for {window['logprob']:.5f}")


class Row:
    def __init__(self):
        self.windows = self.sampled = self.after_sampled = self.differing = self.after_difference = 0
        self.word_errors, self.notes = [], []

    def add(self, name, reference, ours):
        if reference["language"] != ours["language"]:
            self.notes.append(f"{name}: language {ours['language']} for {reference['language']}")
        found = by_window(ours["segments"])
        left_out = None  # why the next windows are
        shown = True     # whether a prompt comes from windows that were left out
        for window in reference["windows"]:
            self.windows += 1
            segments = found.get(window["seek"], [])
            if left_out and not shown and window["seek"] in found:
                left_out = None
            if window["temperature"] > 0:
                self.sampled += 1
                left_out, shown = "sampled", window["temperature"] <= RESET_ABOVE
            elif left_out:
                setattr(self, "after_" + left_out, getattr(self, "after_" + left_out) + 1)
            elif tokens(segments) != tokens(window["segments"]):
                self.differing += 1
                self.notes.append(describe(name, window, segments))
                left_out, shown = "difference", True
            else:
                self.add_words(name, window, segments)
        more = found.keys() - {window["seek"] for window in reference["windows"]}
        if more and not left_out:
            self.differing += len(more)
            self.notes.append(f"{name}: windows at {sorted(more)} that the reference does not have")

    def add_words(self, name, window, segments):
        theirs = word_times(window["segments"], list)
        ours = word_times(segments, read_ours)
        if len(ours) != len(theirs):
            self.notes.append(f"{name} at {window['seek'] / 100:.2f} s: {len(ours)} words for {len(theirs)}")
        else:
            self.word_errors += np.abs(ours - theirs).flatten().tolist()


def silence_ends(path):
    """(middle, end) in seconds of digital silences within a sound."""
    quiet = np.concatenate([[0], read_audio(path) == 0, [0]]).astype(int)
    edges = np.flatnonzero(np.diff(quiet)).reshape(-1, 2)
    length = len(quiet) - 2
    return [((begin + end) / 2 / RATE_HZ, end / RATE_HZ) for begin, end in edges
            if end - begin >= LEAST_SILENCE_S * RATE_HZ and begin > 0 and end < length]


def lateness(silences, times):
    """After each silence, how long after its end the first word is said to begin; a word belongs where its middle is."""
    middles = times.mean(1)
    firsts = [np.flatnonzero(middles > 100 * middle)[:1] for middle, _ in silences]
    return [times[first[0], 0] / 100 - end for first, (_, end) in zip(firsts, silences) if len(first)]


def spread(values):
    return f"{np.median(values):+.2f} / {np.percentile(values, 90):+.2f} s"


def check_sounds(known, files):
    for name, answer in files.items():
        digest = hashlib.sha256(read_audio(known[name]).astype("f4").tobytes()).hexdigest()[:16]
        if digest != answer["sha256"]:
            sys.exit(f"{known[name]} is not the sound that the reference heard")


def compare(args, known, reference):
    """The row, and how late words after silences are."""
    files = reference["files"]
    check_sounds(known, files)
    row, late = Row(), ""
    with tempfile.TemporaryDirectory() as folder:
        for name, ours in transcribe(args.decibit, {name: known[name] for name in files}, reference, folder):
            row.add(name, files[name], ours)
            if reference["words"] and name == LONG_CLIP:
                ends = silence_ends(known[name])
                theirs = [segment for window in files[name]["windows"] for segment in window["segments"]]
                late = " against ".join(spread(lateness(ends, times)) for times in
                                        (word_times(ours["segments"], read_ours), word_times(theirs, list)))
    return row, late


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--speech", required=True, help="folder of clips with utterances.tsv")
    parser.add_argument("--long", default=f"{DATA}/english-long.wav", help="what bench/whisper_long_sound.py makes; made when it is not there")
    parser.add_argument("--references", nargs="+", default=sorted(glob.glob(f"{REFERENCES}/*.json")))
    parser.add_argument("--decibit", default=DECIBIT)
    args = parser.parse_args()
    if not os.path.exists(args.long):
        maker = [sys.executable, os.path.join(HERE, "whisper_long_sound.py"), args.long, args.speech]
        subprocess.run([*maker, "--decibit", args.decibit], check=True)
    known = sounds(args.speech, args.long)
    print("| model | search | windows | T > 0 | after those | differ | after those | word times within 20 ms | "
          "first words after silences, median and 90 % |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    notes = []
    for path in args.references:
        with open(path) as file:
            reference = json.load(file)
        row, late = compare(args, known, reference)
        search = f"beam {reference['beam_size']}" if reference["beam_size"] else "greedy"
        errors = np.array(row.word_errors)
        print("| " + " | ".join(map(str, [
            reference["model"], search + (", words" if reference["words"] else ""), row.windows, row.sampled,
            row.after_sampled, row.differing, row.after_difference,
            f"{100 * np.mean(errors <= WORD_TOLERANCE):.2f} % of {len(errors)}" if len(errors) else "", late])) + " |",
            flush=True)
        notes += [f"{os.path.basename(path)}: {text}" for text in row.notes]
    print("\n" + "\n".join(notes))


if __name__ == "__main__":
    main()
