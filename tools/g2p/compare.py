#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our phonemes beside misaki's, word by word, over a corpus.

    python compare.py REFERENCE.jsonl PHONEMIZE_LINES [--table TABLE.md] [--show N]

REFERENCE.jsonl comes from reference.py, PHONEMIZE_LINES is the program of that name in the build's bin/. A word is
what spaces separate. Words that misaki does not know (it writes a placeholder) are left out. Two counts: with
quotes and dashes, which both sides may place otherwise, and without them. Phoneme error is edit distance over
the length of misaki's string. Disagreements are counted by word and by both readings, the most frequent first.
"""
import argparse
import collections
import difflib
import json
import subprocess

MARKS = "“”\"—–-"
UNKNOWN = "❓"


def words(tokens):
    """[text, phonemes] of each run of tokens without a space between."""
    result, text, phonemes = [], "", ""
    for token, space, spoken in tokens:
        text += token
        phonemes += UNKNOWN if spoken is None else spoken
        if space:
            result.append((text, phonemes))
            text, phonemes = "", ""
    if text:
        result.append((text, phonemes))
    return result


def without_marks(phonemes):
    return "".join(c for c in phonemes if c not in MARKS).strip()


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


class Count:
    def __init__(self):
        self.words = self.equal = self.errors = self.length = 0

    def add(self, theirs, ours):
        self.words += 1
        self.equal += theirs == ours
        self.errors += 0 if theirs == ours else distance(theirs, ours)
        self.length += len(theirs)

    def line(self):
        return (
            f"{self.words} words, {self.equal / self.words:.3%} equal, "
            f"phoneme error {self.errors / self.length:.3%}"
        )


def aligned(theirs, ours):
    """Pairs of words; where one side split a word that the other did not, runs of them are joined."""
    if len(theirs) == len(ours):
        yield from zip(theirs, ours)
        return
    key = lambda w: "".join(c for c in w[0].lower() if c.isalnum())
    matcher = difflib.SequenceMatcher(None, [key(w) for w in theirs], [key(w) for w in ours], autojunk=False)
    join = lambda run: (" ".join(w[0] for w in run), " ".join(w[1] for w in run))
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(theirs[a:b], ours[c:d])
        else:
            yield join(theirs[a:b]), join(ours[c:d])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("reference")
    parser.add_argument("program")
    parser.add_argument("--show", type=int, default=60)
    parser.add_argument("--table")
    args = parser.parse_args()
    rows = [json.loads(line) for line in open(args.reference, encoding="utf-8")]
    text = "".join(row["text"] + "\n" for row in rows)
    output = subprocess.run([args.program], input=text, capture_output=True, text=True, check=True).stdout
    ours = [json.loads(line) for line in output.splitlines()]
    assert len(rows) == len(ours)

    bare, marked, unknown = Count(), Count(), 0
    disagreements = collections.Counter()
    examples = {}
    for row, mine in zip(rows, ours):
        reference = words([t, bool(s), p] for t, _, s, p in row["tokens"])
        candidate = words([t, s, p] for t, p, s, _ in mine["tokens"])
        for (word, theirs), (_, here) in aligned(reference, candidate):
            if UNKNOWN in theirs:
                unknown += 1
                continue
            if not theirs and not here:
                continue
            marked.add(theirs, here)
            a, b = without_marks(theirs), without_marks(here)
            if not a and not b:
                continue
            bare.add(a, b)
            if a != b:
                key = (word, a, b)
                disagreements[key] += 1
                examples.setdefault(key, row["text"])
    print(f"{len(rows)} sentences, {unknown} words unknown to misaki left out")
    print("without quotes and dashes:", bare.line())
    print("with quotes and dashes:   ", marked.line())
    for (word, a, b), count in disagreements.most_common(args.show):
        print(f"{count:5} {word}  theirs {a}  ours {b}   | {examples[word, a, b][:160]}")
    if args.table:
        with open(args.table, "w", encoding="utf-8") as out:
            print("| times | word | misaki | decibit |\n|---|---|---|---|", file=out)
            for (word, a, b), count in disagreements.most_common():
                if count >= 3:
                    print(f"| {count} | {word} | {a} | {b} |", file=out)


if __name__ == "__main__":
    main()
