#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What openai-whisper's seek loop, word times and time warping make of scripted windows: tests/golden/whisper/seek.json.

seek_golden.py FOLDER-OF-OPENAI-WHISPER/whisper > seek.json
Windows are answered at random with texts of all shapes: pairs of timestamps, one at the end, none, zero ones, repetitions,
improbable texts, silence. A case where the loop hears one window again is left out; where ends of segments lie
behind their window, they are cut off there, as decibit does.
"""
import json
import math
import random
import sys

import numpy as np

import openai_code

transcribe, timing = openai_code.load(sys.argv[1])
compression_ratio = sys.modules["whisper.utils"].compression_ratio
LEAST_COLUMNS = 4  # of a token: what a median of seven leaves whole
TEXTS = [" And", " so", ",", " my", " fellow", " Americans", ".", " ask", " not", "!", " (", ")", " what", "?", " -", " the",
         " country", " \"", "\"", " 42", "…", " déjà", " you", " do"]


class Endless(Exception):
    pass


class Script:
    """Stands for the model, and writes down what it was asked and what it answered."""

    def __init__(self, rng, case):
        self.rng, self.case = rng, case
        self.dims = type("Dims", (), dict(n_mels=80, n_audio_ctx=1500, n_text_ctx=448))
        self.device, self.is_multilingual, self.num_languages = "cpu", True, 99
        self.tokenizer = transcribe.get_tokenizer(True, num_languages=99, language="en", task="transcribe")
        self.size, self.seek = None, -1
        case["attempts"], case["aligned"] = [], []

    def text(self, most):
        rng, tokens = self.rng, []
        if rng.random() < 0.08 and most > 60:
            return self.tokenizer.encode(" no no no no no no no no no no no no no no no no no no no no no no no no no no no no")
        for _ in range(rng.choice([1, 1, 2, 3, 4, 6])):
            tokens += self.tokenizer.encode(rng.choice(TEXTS))
        return tokens[:most] if rng.random() > 0.04 else []

    def tokens(self):
        rng, begin = self.rng, self.tokenizer.timestamp_begin
        room = max(0, self.size // 2 // LEAST_COLUMNS - 2)
        last = max(1, self.size // 2) if rng.random() < 0.8 else 1500
        shape = rng.choice(["pairs", "pairs", "pairs", "single", "single", "none", "open", "zero", "last", "instant"])
        stamps = sorted(rng.randint(0, last) for _ in range(8))
        stamp = [begin + s for s in stamps]
        text = [self.text(room // 3) for _ in range(3)]
        if shape == "pairs":
            return [stamp[0], *text[0], stamp[1], stamp[2], *text[1], stamp[3], stamp[3]] + ([*text[2]] if rng.random() < .5 else [])
        if shape == "single":
            return [stamp[0], *text[0], stamp[1], stamp[1], *text[1], stamp[4]]
        if shape == "none":
            return text[0]
        if shape == "open":
            return [stamp[0], *text[0]]
        if shape == "zero":
            return [begin, *text[0], begin]
        if shape == "instant":
            return [stamp[0], *text[0], stamp[0], stamp[5], *text[1], stamp[6], stamp[6]]
        return [stamp[0], *text[0], stamp[4]]

    def decode(self, _, options):
        rng, tokens = self.rng, self.tokens()
        probability = rng.choice([0.9, 0.9, 0.9, 0.99, 0.5, 0.3])
        no_speech = rng.choice([0.01, 0.01, 0.2, 0.7, 0.95])
        prompt = options.prompt or []
        self.case["attempts"].append(dict(tokens=tokens, probability=probability, no_speech=no_speech, prompt=prompt[-223:],
                                          temperature=options.temperature, count=self.size))
        text = self.tokenizer.decode(tokens).strip()
        return transcribe.DecodingResult(
            audio_features=None, language="en", tokens=tokens, text=text, avg_logprob=math.log(probability),
            no_speech_prob=no_speech, temperature=options.temperature,
            compression_ratio=compression_ratio(text))

    def align(self, model, tokenizer, text_tokens, mel, num_frames, **_):
        rng, n = self.rng, len(text_tokens)
        if n == 0 or num_frames // 2 == 0:
            return []
        positions = num_frames // 2
        columns = [0]
        for _ in range(n):
            columns.append(columns[-1] + rng.choice([4, 6, 8, 12, 20, 60, 160]))
        if columns[-1] + LEAST_COLUMNS > positions:
            columns = [i * positions // (n + 1) for i in range(n + 1)]
        probabilities = [rng.choice([0.05, 0.125, 0.5, 0.75, 0.9375]) for _ in text_tokens]
        self.case["aligned"].append(dict(columns=columns, probabilities=probabilities))
        words, word_tokens = tokenizer.split_to_word_tokens(text_tokens + [tokenizer.eot])
        if len(word_tokens) <= 1:
            return []
        bounds = np.pad(np.cumsum([len(t) for t in word_tokens[:-1]]), (1, 0))
        times = np.array(columns) / timing.TOKENS_PER_SECOND
        return [timing.WordTiming(word, tokens, times[a], times[b], float(np.mean(probabilities[a:b])))
                for word, tokens, a, b in zip(words, word_tokens, bounds[:-1], bounds[1:])]


def run(seed):
    rng = random.Random(seed)
    frames = rng.choice([1, 90, 1000, 3000, 3001, 6200, 9000, 12345])
    words = rng.random() < 0.6
    options = dict(
        temperature=rng.choice([(0.0,), (0.0, 0.2), (0.0, 0.2, 0.55)]),
        compression_ratio_threshold=rng.choice([2.4, 2.4, None]), logprob_threshold=rng.choice([-1.0, -1.0, None]),
        no_speech_threshold=rng.choice([0.6, 0.6, None]), condition_on_previous_text=rng.random() < 0.8,
        initial_prompt=rng.choice([None, None, "Ask not."]), carry_initial_prompt=rng.random() < 0.3,
        word_timestamps=words, hallucination_silence_threshold=rng.choice([None, 0.5, 2.0]) if words else None,
        clip_timestamps=rng.choice([[0], [0], [0], [0, frames / 200], [0, .25 * frames / 100, .5 * frames / 100]]))
    case = dict(frames=frames, options=options)
    script = Script(rng, case)

    def pad_or_trim(mel, *_):
        script.size = mel.shape[-1]
        if mel[0, 0] <= script.seek:
            raise Endless
        script.seek = mel[0, 0]
        return mel

    # Each frame holds its number.
    transcribe.log_mel_spectrogram = lambda *_, **__: np.arange(frames + 3000.0)[None].view(openai_code.Tensor)
    transcribe.pad_or_trim = pad_or_trim
    timing.find_alignment = script.align
    try:
        result = transcribe.transcribe(script, None, language="en", fp16=False, **options)
    except Endless:
        return None
    points = [round(t * 100) for t in options["clip_timestamps"]]
    points += [frames] * (len(points) % 2)

    def cut(seconds, seek):
        clip_end = next(end for begin, end in zip(points[::2], points[1::2]) if begin <= seek < end)
        return min(float(seconds), min(seek + 3000, frames, clip_end) / 100)

    case["segments"] = [
        dict(id=s["id"], seek=s["seek"], start=cut(s["start"], s["seek"]), end=cut(s["end"], s["seek"]), text=s["text"], tokens=s["tokens"],
             temperature=s["temperature"],
             words=[[w["word"], cut(w["start"], s["seek"]), cut(w["end"], s["seek"]), w["probability"]] for w in s.get("words", [])])
        for s in result["segments"]]
    return case


def warped(seed):
    """A matrix with many ties, and the first column of each row on OpenAI's path."""
    rng = random.Random(seed)
    rows, columns = rng.randint(1, 9), rng.randint(1, 14)
    matrix = np.array([[rng.choice([0, 1, 2, 3]) / 2 for _ in range(columns)] for _ in range(rows)])
    text, time = timing.dtw_cpu(-matrix)
    jumps = np.pad(np.diff(text), (1, 0), constant_values=1).astype(bool)
    return dict(rows=rows, columns=columns, gain=matrix.flatten().tolist(), first=time[jumps].tolist())


cases = [case for case in map(run, range(100)) if case]
json.dump(dict(cases=cases, warped=[warped(seed) for seed in range(40)]), sys.stdout, separators=(",", ":"))
print()
print(f"{len(cases)} cases", file=sys.stderr)
