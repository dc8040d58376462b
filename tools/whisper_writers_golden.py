#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What OpenAI's writers make of some transcripts: tests/golden/transcription/writers.json.

    pip download --no-binary :all: --no-deps openai-whisper==20250625 && tar xf openai_whisper-*.tar.gz
    tools/whisper_writers_golden.py openai_whisper-20250625/whisper/utils.py

utils.py needs nothing but Python.
"""
import importlib.util
import io
import json
import pathlib
import random
import sys

TARGET = pathlib.Path(__file__).parent.parent / "tests/golden/transcription/writers.json"

TALK = [
    (0.0, 4.0, " And so, my fellow Americans, ask not", 12),
    (4.0, 7.96, " what your country can do for you.", 12),
    (11.5, 59.9996, " Ask: what you can do\tfor your country?", 3),
    (3599.9996, 3605.25, " Eine Stra\u00dfe \u2014 \u00e6ther, na\u00efve caf\u00e9s.", 12),
    (3605.25, 3605.25, "", 0),
    (7205.1245, 7211.0, " Yes -- \u266a la la \u266a \"quoted\", he said.", 12),
]
DENSE = [(3.0 * i, 3.0 * i + 2.9, " " + " ".join(f"word{j}" for j in range(i + 1)) + ".", 12)
         for i in range(14)]
ARROWS = [(0.0, 1.0, " a --> b -> c", 12), (1.0, 2.0, "  <b>AT&T</b>\u3000", 12)]


def words_of(start, end, text, pause_after, dice):
    """Words with their leading spaces, of uneven lengths, sometimes with a pause between."""
    pieces = [" " + w for w in text.split()]
    at, words = start, []
    step = (end - start) / max(len(pieces), 1)
    for i, piece in enumerate(pieces):
        length = step * dice.choice([0.5, 0.9, 1.0])
        words.append({"word": piece, "start": round(at, 2), "end": round(at + length, 2),
                      "probability": dice.random()})
        at += step
        if i + 1 == pause_after:
            at += 4.5
    return words


def transcript(rows, with_words):
    dice = random.Random(7)
    segments = []
    for i, (start, end, text, pause_after) in enumerate(rows):
        segment = {"id": i, "seek": 3000 * (i // 3), "start": start, "end": end, "text": text,
                   "tokens": [50364, *text.encode()[:5], 50364 + i] if text else [],
                   "temperature": 0.2 * i, "avg_logprob": -dice.random(),
                   "compression_ratio": 1 + dice.random(), "no_speech_prob": dice.random() / 1e6}
        if with_words:
            segment["words"] = words_of(start, end, text, pause_after, dice)
        segments.append(segment)
    return {"text": "".join(s["text"] for s in segments), "segments": segments, "language": "en"}


LAYOUTS = [
    {},
    {"highlight_words": True},
    {"max_words_per_line": 1},
    {"max_words_per_line": 4},
    {"max_line_width": 20},
    {"max_line_count": 2},
    {"max_line_width": 20, "max_line_count": 1},
    {"max_line_width": 42, "max_line_count": 2},
    {"max_line_width": 16, "max_line_count": 3, "highlight_words": True},
    {"max_words_per_line": 3, "max_line_width": 18},
    {"max_words_per_line": 5, "max_line_width": 18, "max_line_count": 2},
]


def main():
    spec = importlib.util.spec_from_file_location("utils", sys.argv[1])
    utils = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(utils)
    transcripts = {"talk": transcript(TALK, False), "arrows": transcript(ARROWS, False),
                   "none": transcript([], False), "talk_words": transcript(TALK, True),
                   "dense_words": transcript(DENSE, True)}
    cases = []
    for name, result in transcripts.items():
        has_words = name.endswith("_words")
        for extension in ("txt", "vtt", "srt", "tsv", "json"):
            for layout in LAYOUTS if has_words and extension in ("vtt", "srt") else LAYOUTS[:1]:
                out = io.StringIO()
                utils.get_writer(extension, ".").write_result(result, out, **layout)
                cases.append({"transcript": name, "words": has_words, "format": extension,
                              "layout": layout, "text": out.getvalue()})
    TARGET.write_text(json.dumps({"transcripts": transcripts, "cases": cases}, indent=1) + "\n")
    print(f"{TARGET}: {len(cases)} cases")


if __name__ == "__main__":
    main()
