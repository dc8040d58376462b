# SPDX-License-Identifier: Apache-2.0
"""What OpenAI's own whisper decodes, window by window, for bench/whisper_agreement.py to compare with.

usage: python openai_windows.py MODEL OUT SOUND...

MODEL is a folder in Hugging Face's layout, whose weights it computes with in float32. Sounds are 16 kHz mono; what is
decoded is added to the folder OUT sound by sound, MODEL-greedy.json, -beam, -greedy-words and -beam-words, and what is
there is not decoded again. Passes that a second search would repeat bit by bit are kept: encoded windows, and texts
that are decoded without sampling.

Needs openai-whisper 20250625 with its dependencies, and libsndfile. PyPI's torch brings CUDA along; Debian's does not:
    apt-get install python3-torch python3-numba libopenblas0-pthread
    /usr/bin/python3 -m venv --system-site-packages .venv/openai
    .venv/openai/bin/pip install --no-deps openai-whisper==20250625 tiktoken regex requests more-itertools tqdm

Of a window: "seek" in hundredths of a second; "temperature" of the text that was taken, "logprob" its mean,
"no_speech", "segments" with start, end, tokens and, where they were asked for, times of words in hundredths of a second,
"ties" [number of the token, margin] where a choice was made by less than TIE. The choice is between the two likeliest
tokens, and between text and timestamps; of beam search between the last text that is kept and the first that is not.
"""

import argparse
import hashlib
import json
import os
import sys

import torch
import torch.nn.functional
import whisper
from whisper import decoding

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, ".."), os.path.join(HERE, "..", "..", "bench")]
from whisper_files import ggml_name, tensors  # noqa: E402
from whisper_golden import read_audio  # noqa: E402

TIE = 0.02


class LogSoftmax:
    """Stands for torch.nn.functional in whisper.decoding, and keeps what it was last asked."""

    answers = []

    def __getattr__(self, name):
        return getattr(torch.nn.functional, name)

    def log_softmax(self, *args, **kwargs):
        self.answers.append(torch.nn.functional.log_softmax(*args, **kwargs))
        return self.answers[-1]


class Ties:
    """Of the window at hand."""

    def __init__(self):
        self.log_softmax = decoding.F = LogSoftmax()
        self.greedy_update = decoding.GreedyDecoder.update
        self.beam_update = decoding.BeamSearchDecoder.update
        decoding.GreedyDecoder.update = lambda *args: self.greedy(*args)
        decoding.BeamSearchDecoder.update = lambda *args: self.beam(*args)
        self.start()

    def start(self):
        self.found, self.step = [], 0
        self.log_softmax.answers.clear()

    def note(self, margin):
        if margin < TIE:
            self.found.append([self.step, round(margin, 5)])
        self.step += 1
        self.log_softmax.answers.clear()

    def greedy(self, decoder, tokens, logits, sum_logprobs):
        asked = self.log_softmax.answers
        two = logits[0].topk(2).values
        margin = (two[0] - two[1]).item()
        if asked and decoder.temperature == 0:  # asked by the rules for timestamps
            begin = logits.shape[1] - 1501  # the first of 1501 timestamps
            stamps, text = asked[0][0, begin:].logsumexp(-1), asked[0][0, :begin].max()
            if torch.isfinite(stamps) and torch.isfinite(text):
                margin = min(margin, abs((stamps - text).item()))
        answer = self.greedy_update(decoder, tokens, logits, sum_logprobs)
        self.note(margin)
        return answer

    def beam(self, decoder, tokens, logits, sum_logprobs):
        size = decoder.beam_size
        rows = 1 if self.step == 0 else size
        best = torch.nn.functional.log_softmax(logits[:rows].float(), -1).topk(size + 1)
        scores = (sum_logprobs[:rows, None] + best.values).flatten().tolist()
        ends = (best.indices == decoder.eot).flatten().tolist()
        kept = sorted((s for s, end in zip(scores, ends) if not end), reverse=True)
        ended = [s for s, end in zip(scores, ends) if end]
        margin = min([kept[size - 1] - s for s in kept[size:size + 1]] + [abs(kept[size - 1] - s) for s in ended],
                     default=TIE)
        answer = self.beam_update(decoder, tokens, logits, sum_logprobs)
        self.note(margin)
        return answer


class Encoder(torch.nn.Module):
    """Keeps what it has made of each window."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder, self.known = encoder, {}

    def forward(self, mel):
        key = hashlib.sha256(mel.numpy().tobytes()).digest()
        if key not in self.known:
            self.known[key] = self.encoder(mel)
        return self.known[key]


class Model:
    def __init__(self, folder):
        with open(os.path.join(folder, "config.json")) as file:
            config = json.load(file)
        self.name = os.path.basename(os.path.normpath(folder)).removeprefix("whisper-")
        self.model = whisper.model.Whisper(whisper.model.ModelDimensions(
            config["num_mel_bins"], config["max_source_positions"], config["d_model"],
            config["encoder_attention_heads"], config["encoder_layers"], config["vocab_size"],
            config["max_target_positions"], config["d_model"], config["decoder_attention_heads"],
            config["decoder_layers"]))
        weights = {ggml_name(name): torch.tensor(values.astype("f4"))
                   for name, values in tensors(os.path.join(folder, "model.safetensors"))}
        weights.pop("proj_out.weight", None)
        self.model.load_state_dict(weights)
        self.model.set_alignment_heads(whisper._ALIGNMENT_HEADS[self.name])
        self.model.eval()
        self.model.encoder = Encoder(self.model.encoder)
        self.known = {}
        self.decode = self.model.decode
        self.model.decode = self.decode_window
        self.ties = Ties()

    def decode_window(self, mel, options):
        """model.decode, written down with the position that whisper.transcribe is at."""
        key = (hashlib.sha256(mel.numpy().tobytes()).digest(), options.temperature, options.beam_size, options.language,
               tuple(options.prompt))
        if options.temperature > 0 or key not in self.known:
            self.ties.start()
            self.known[key] = self.decode(mel, options), self.ties.found
        result, ties = self.known[key]
        seek = sys._getframe(2).f_locals["seek"]
        if not self.windows or self.windows[-1]["seek"] != seek:
            self.windows.append({"seek": seek})
        window = self.windows[-1]
        window.update(temperature=result.temperature, logprob=round(result.avg_logprob, 5),
                      no_speech=round(result.no_speech_prob, 5), segments=[])
        # A window that is tried again keeps the ties of its first try: they say whether another engine need retry.
        window.setdefault("ties", ties)
        return result

    def transcribe(self, path, words, **options):
        self.windows = []
        audio = torch.tensor(read_audio(path)).float()
        result = whisper.transcribe(self.model, audio, word_timestamps=words, fp16=False, best_of=5, **options)
        at = {window["seek"]: window for window in self.windows}
        for segment in result["segments"]:
            entry = {"start": round(segment["start"], 2), "end": round(segment["end"], 2), "tokens": segment["tokens"]}
            if words:
                entry["words"] = [[round(100 * w["start"]), round(100 * w["end"])] for w in segment["words"]]
            at[segment["seek"]]["segments"].append(entry)
        return {"language": result["language"], "samples": len(audio),
                "sha256": hashlib.sha256(audio.numpy().tobytes()).hexdigest()[:16], "windows": self.windows}


def write(path, answers):
    """A line a window: differences can be read."""
    with open(path + ".partial", "w") as file:
        head = {key: value for key, value in answers.items() if key != "files"}
        file.write(json.dumps(head)[:-1] + ', "files": {')
        for i, (name, answer) in enumerate(answers["files"].items()):
            rows = ",\n".join(json.dumps(window, separators=(",", ":")) for window in answer["windows"])
            about = json.dumps({key: value for key, value in answer.items() if key != "windows"})
            file.write(f'{"," if i else ""}\n{json.dumps(name)}: {about[:-1]}, "windows": [\n{rows}]}}')
        file.write("\n}}\n")
    os.replace(path + ".partial", path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--threads", type=int, default=1,
                        help="of torch; OpenBLAS has its own (OPENBLAS_NUM_THREADS), and two pools wait for each other")
    parser.add_argument("--modes", default="greedy,beam,greedy-words,beam-words")
    parser.add_argument("sounds", nargs="+")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = Model(args.model)
    for mode in args.modes.split(","):
        beam_size, words = 5 if mode.startswith("beam") else None, mode.endswith("words")
        out = os.path.join(args.out, f"{model.name}-{mode}.json")
        answers = {"model": model.name, "beam_size": beam_size, "words": words,
                   "whisper": whisper.__version__, "torch": torch.__version__, "files": {}}
        if os.path.exists(out):
            with open(out) as file:
                answers["files"] = json.load(file)["files"]
        for path in args.sounds:
            name = os.path.splitext(os.path.basename(path))[0]
            if name not in answers["files"]:
                torch.manual_seed(0)
                answers["files"][name] = model.transcribe(path, words, beam_size=beam_size)
                write(out, answers)
                print(os.path.basename(out), name, len(answers["files"][name]["windows"]), "windows", flush=True)


if __name__ == "__main__":
    main()
