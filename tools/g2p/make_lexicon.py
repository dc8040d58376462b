#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""data/lexicon/us_{gold,silver}.tsv from the JSON files of the misaki wheel.

    python make_lexicon.py SITE-PACKAGES/misaki/data data/lexicon

A line is a word and its phonemes, in byte order of the words. The word's first character is a digit or letter
(base 36) that says how many letters it shares with the word of the line above, so that `1an` after `abc` is
`aan`. Further fields `TAG=phonemes` are readings by part of speech; an empty one means that the word is spelled.
"""
import json
import sys
from pathlib import Path

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def shared_letters(a, b):
    count = 0
    while count < min(len(a), len(b), len(DIGITS) - 1) and a[count] == b[count]:
        count += 1
    return count


def rows(words):
    last = ""
    for word in sorted(words, key=str.encode):
        reading = words[word]
        if isinstance(reading, str):
            reading = {"DEFAULT": reading}
        shared = shared_letters(last, word)
        fields = [DIGITS[shared] + word[shared:], reading["DEFAULT"]]
        fields += [f"{tag}={reading[tag] or ''}" for tag in sorted(reading) if tag != "DEFAULT"]
        yield "\t".join(fields)
        last = word


def main():
    source, target = map(Path, sys.argv[1:])
    for name in ("us_gold", "us_silver"):
        words = json.loads((source / f"{name}.json").read_text(encoding="utf-8"))
        (target / f"{name}.tsv").write_text("\n".join(rows(words)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
