# SPDX-License-Identifier: Apache-2.0
"""What each conversion of a Whisper costs: Markdown tables. Run by scripts/bench.sh whisper-quality.

Size is that of the weights. The English clips are those of a folder (see whisper_clips.py) that last less than a minute.
The errors are of words and of characters, greedy at temperature 0; of characters after the same cleaning as of words.
KL and top-1 are of the next token beside the F16 weights computed in floats, which choose the text: see
bench/whisper_quality.cc. Invented words are what `decibit transcribe --beam-size 1` writes, by default fallback and
detected language included, of the sounds of whisper_noises.py. RTF is the median over turns that all variants take with
11 s, on two threads.
"""

import argparse
import json
import os
import subprocess
import sys

from engines import (
    DECIBIT,
    EngineEnded,
    measure_by_json_lines,
    median_rtfs,
    print_table,
    warn_if_busy,
    weights_megabytes,
)
from whisper_clips import JFK, english, other_languages
from whisper_engines import VARIANTS, Ours, question
from whisper_noises import noises

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import word_errors  # noqa: E402

QUALITY = "build/bench/bin/bench_whisper_quality"


class Speech:
    def __init__(self, folder):
        self.folder = folder
        self.english = [row for row in english(folder) if float(row["seconds"]) < 60]
        self.others = other_languages(folder)

    def path(self, row):
        return os.path.join(self.folder, row["file"])


def error_percents(engine, speech):
    """(of words, of characters)"""
    process = engine.start(2)
    wrong, all_of_them = [0, 0], [0, 0]
    for row in speech.english:
        answer = process.ask(question(speech.path(row), 1))
        wanted, heard = (word_errors.words_of(text) for text in (row["text"], answer["text"]))
        for i, (want, hear) in enumerate([(wanted, heard), (" ".join(wanted), " ".join(heard))]):
            wrong[i] += word_errors.errors(want, hear)
            all_of_them[i] += len(want)
    process.close()
    return [100 * w / n for w, n in zip(wrong, all_of_them, strict=True)]


def transcribed(engine, paths):
    """What the command says of each, as its --json has it."""
    command = [DECIBIT, "transcribe", "-m", engine.folder, "--beam-size", "1", "--json", *paths]
    command += ["--compute", engine.compute]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return json.loads(done.stdout)["files"]


def invented_words(engine):
    """For each sound; words are what spaces surround, with a letter or a digit of any script."""
    for answer in transcribed(engine, noises().values()):
        yield sum(any(c.isalnum() for c in word) for word in answer["text"].split())


def languages_found(engine, speech):
    answers = transcribed(engine, map(speech.path, speech.others))
    return sum(
        answer["language"] == row["lang"] for answer, row in zip(answers, speech.others, strict=True)
    )


def is_multilingual(model):
    with open(os.path.join(model, "config.json")) as f:
        return json.load(f)["vocab_size"] >= 51865


def print_quality(model, speech, args):
    names = args.only.split(",") if args.only else list(VARIANTS)
    engines = [Ours(name, model, args.compute) for name in names]
    folders = [engine.folder for engine in engines]
    base = Ours("f16", model).folder
    sounds = map(speech.path, speech.english)
    divergence = measure_by_json_lines([QUALITY, args.compute, base, *folders, "--", *sounds])
    speeds = median_rtfs(engines, question(JFK, 1), args.turns) if args.turns else {}
    others = len(speech.others) if is_multilingual(model) else 0

    def row(name, engine):
        words, characters = error_percents(engine, speech)
        yield from (name, f"{weights_megabytes(engine.folder):.1f}", f"{words:.1f}", f"{characters:.1f}")
        beside = divergence[engine.folder]
        yield from (f"{beside['kl_nats']:.4f}", f"{100 * beside['same_top']:.1f}")
        yield from map(str, invented_words(engine))
        if others:
            yield str(languages_found(engine, speech))
        if speeds:
            yield f"{speeds[engine.name]:.4f}"

    heads = [os.path.basename(model), "MB", "word error, %", "character error, %", "KL, nats", "top-1, %"]
    heads += [f"words in {name}" for name in noises()]
    heads += [f"languages of {others}"] if others else []
    heads += ["RTF"] if speeds else []
    print_table(heads, (list(row(*pair)) for pair in zip(names, engines, strict=True)))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--speech", required=True, help="folder of clips with utterances.tsv")
    ap.add_argument("--model", action="append", required=True, help="what is converted; repeatable")
    ap.add_argument("--compute", default="auto", help="exact, auto or fast")
    ap.add_argument("--only", help="variants, separated by commas")
    ap.add_argument("--turns", type=int, default=5, help="how often each speed is measured; 0: not")
    args = ap.parse_args()
    warn_if_busy()
    for model in args.model:
        print_quality(model, Speech(args.speech), args)


if __name__ == "__main__":
    try:
        main()
    except (EngineEnded, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}; its message is above")
