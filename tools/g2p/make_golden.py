#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/golden/text/misaki.tsv from reference.py's lines: sentence, misaki's phonemes.

    python make_golden.py AUSTEN.jsonl MODERN.jsonl >tests/golden/text/misaki.tsv

Sentences that hold a word unknown to misaki, or a double hyphen (it joins the words beside one), are passed over.
"""
import json
import sys

COUNT = 300


def usable(row):
    return "❓" not in row["phonemes"] and "--" not in row["text"] and 20 < len(row["text"]) < 200


def main():
    austen = [r for r in map(json.loads, open(sys.argv[1], encoding="utf-8")) if usable(r)]
    modern = [r for r in map(json.loads, open(sys.argv[2], encoding="utf-8")) if usable(r)]
    for row in austen[:: max(1, len(austen) // COUNT)][:COUNT] + modern:
        print(row["text"], row["phonemes"], sep="\t")


if __name__ == "__main__":
    main()
