#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the letter-to-sound model of American English from misaki's lexicon, and measures it.

    pip download misaki==0.9.4 --no-deps
    tools/train_letter_to_sound.py misaki-0.9.4-py3-none-any.whl --out data/letter_to_sound/en_us.bin
    tools/train_letter_to_sound.py misaki-0.9.4-py3-none-any.whl --evaluate

A word and its phonemes are one sequence of joint units, each of one letter and 0-3 phonemes ("p:f h:", "x:ks"). A
stress mark belongs to its vowel, so that ˈæ, ˌæ and æ are three phonemes. Units of two letters ("ph:f") gained nothing.
Words are read from their end to their beginning, because English endings say where the stress is (-ity, -ation):
phoneme errors fell by 5 %. Steps:

1. align    expectation maximisation over all segmentations, blind to stress; the best one of each word is kept
2. ngrams   interpolated modified Kneser-Ney over the units, order ORDER
3. prune    n-grams that the next lower order predicts nearly as well go, until the file fits --bytes
4. write    a trie in level order, probabilities in 64 levels; src/text/en/letter_to_sound.cc reads it in place
5. names    a second, small model of names. A capitalised word's cost is the sum of both, which takes 8 % off the
            phoneme errors of held-out names
6. decode   beam search for the best sequence of units with exactly one primary stress (--evaluate), in integers as
            the C++ does it, all words of a test set at once
"""

import argparse
import collections
import json
import random
import re
import struct
import sys
import time
import zipfile

import numpy as np

VOWELS = 'AIOWYaiuæɑɔəɛɜɪʊʌᵊᵻ'
STRESS = 'ˈˌ'
LETTERS = "'abcdefghijklmnopqrstuvwxyz"
MOST_PHONEMES = 3  # of one letter: "x" in "xray"
ORDER = 8
NAME_ORDER = 4
BEAM = 32  # hypotheses with a primary stress, and as many without


# ---------------------------------------------------------------------------------------------------------------------
# Lexicon

Entry = collections.namedtuple('Entry', 'word name pronunciations')  # word in lower case; phonemes as lists


def split_phonemes(text):
    """'ˈæpᵊl' -> ['ˈæ', 'p', 'ᵊ', 'l']; None if a mark stands before no vowel."""
    phonemes, mark = [], ''
    for symbol in text:
        if symbol in STRESS:
            mark = symbol
        elif mark and symbol not in VOWELS:
            return None
        else:
            phonemes.append(mark + symbol)
            mark = ''
    return None if mark else phonemes


def read_lexicon(wheel):
    """Words of letters and apostrophes with at least one pronunciation of one primary stress. Not acronyms, which are
    spelled out elsewhere, nor what has two primary stresses or none (compounds, function words)."""
    entries = {}
    with zipfile.ZipFile(wheel) as archive:
        for file in ('us_gold.json', 'us_silver.json'):
            for word, value in json.loads(archive.read('misaki/data/' + file)).items():
                if not re.fullmatch("[A-Za-z'][a-z']+", word):
                    continue
                for text in [value] if isinstance(value, str) else value.values():
                    phonemes = split_phonemes(text) if text else None
                    if phonemes and sum(p[0] == 'ˈ' for p in phonemes) == 1:
                        entry = entries.setdefault(word.lower(), Entry(word.lower(), word[0].isupper(), []))
                        if phonemes not in entry.pronunciations:
                            entry.pronunciations.append(phonemes)
    return [entries[word] for word in sorted(entries)]


# ---------------------------------------------------------------------------------------------------------------------
# Alignment


class Aligner:
    """Probabilities of stressless units, one table per number of phonemes, indexed by letter and phonemes as digits."""

    def __init__(self, pairs, alphabet):
        self.pairs = pairs
        number = {p: i for i, p in enumerate(alphabet)}
        base = len(alphabet)
        sizes = collections.defaultdict(list)
        for index, (word, phonemes) in enumerate(pairs):
            sizes[len(word), len(phonemes)].append(index)
        # Words of one size go through the same cells (letters done, phonemes done, phonemes of the next letter): an
        # array per cell holds the unit that each of them would have there.
        self.groups = []
        for (letters, phonemes), members in sorted(sizes.items()):
            spelled = np.array([[LETTERS.index(c) for c in pairs[m][0]] for m in members])
            spoken = np.array([[number[p.strip(STRESS)] for p in pairs[m][1]] for m in members])
            cells = {}
            for i in range(letters):
                for j in range(min(phonemes, MOST_PHONEMES * i) + 1):
                    for n in range(min(MOST_PHONEMES, phonemes - j) + 1):
                        if phonemes - j - n <= MOST_PHONEMES * (letters - i - 1):
                            code = spelled[:, i]
                            for k in range(n):
                                code = code * base + spoken[:, j + k]
                            cells[i, j, n] = code
            if cells:
                self.groups.append((letters, phonemes, members, cells))
        self.tables = [np.full(len(LETTERS) * base**n, 1.0 / base**n) for n in range(MOST_PHONEMES + 1)]

    def expectation_maximisation(self, rounds):
        for _ in range(rounds):
            counts = [np.zeros_like(table) for table in self.tables]
            for letters, phonemes, members, cells in self.groups:
                weights = {cell: self.tables[cell[2]][code] for cell, code in cells.items()}
                forward, backward = {(0, 0): np.ones(len(members))}, {(letters, phonemes): np.ones(len(members))}
                for (i, j, n), weight in weights.items():
                    if (i, j) in forward:
                        forward[i + 1, j + n] = forward.get((i + 1, j + n), 0) + forward[i, j] * weight
                for (i, j, n), weight in reversed(weights.items()):
                    if (i + 1, j + n) in backward:
                        backward[i, j] = backward.get((i, j), 0) + backward[i + 1, j + n] * weight
                total = np.maximum(backward[0, 0], 1e-300)
                for (i, j, n), weight in weights.items():
                    if (i, j) in forward and (i + 1, j + n) in backward:
                        posterior = forward[i, j] * weight * backward[i + 1, j + n] / total
                        np.add.at(counts[n], cells[i, j, n], posterior)
            everything = sum(c.sum() for c in counts)
            self.tables = [c / everything for c in counts]

    def forget_rare(self, least):
        """Units of chance (a misspelling, a foreign word) go, and with them words that need them."""
        letters = sum(letters * len(members) for letters, _, members, _ in self.groups)
        for table in self.tables:
            table[table * letters < least] = 0

    def best(self):
        """Pairs' likeliest segmentations as lists of units (letter, phonemes); none of pairs that have none."""
        for letters, phonemes, members, cells in self.groups:
            score = {(0, 0): np.zeros(len(members))}
            choice = {}
            with np.errstate(divide='ignore'):
                for (i, j, n), code in cells.items():
                    if (i, j) not in score:
                        continue
                    to = (i + 1, j + n)
                    new = score[i, j] + np.log(self.tables[n][code])
                    if to not in score:
                        score[to], choice[to] = np.full(len(members), -np.inf), np.zeros(len(members), int)
                    better = new > score[to]
                    score[to] = np.where(better, new, score[to])
                    choice[to] = np.where(better, n, choice[to])
            for row, member in enumerate(members):
                if score[letters, phonemes][row] == -np.inf:
                    continue
                word, spoken = self.pairs[member]
                units, j = [], phonemes
                for i in range(letters, 0, -1):
                    n = choice[i, j][row]
                    units.append((word[i - 1], tuple(spoken[j - n:j])))
                    j -= n
                yield units[::-1]


def align(entries):
    """(units, sequences): units sorted by their letter; sequences of unit numbers, from the end of the word."""
    pairs = [(e.word, p) for e in entries for p in e.pronunciations]
    aligner = Aligner(pairs, sorted({p.strip(STRESS) for _, phonemes in pairs for p in phonemes}))
    aligner.expectation_maximisation(rounds=8)
    aligner.forget_rare(least=4)
    sequences = list(aligner.best())
    counts = collections.Counter(unit for sequence in sequences for unit in sequence)
    units = sorted(unit for unit, count in counts.most_common(1021) if count > 1)  # a node has 10 bits for its unit
    number = {unit: i for i, unit in enumerate(units)}
    return units, [[number[u] for u in reversed(s)] for s in sequences if all(u in number for u in s)]


# ---------------------------------------------------------------------------------------------------------------------
# Joint n-grams. Level k of the trie holds the n-grams of length k; arrays are indexed by n-gram.

Level = collections.namedtuple('Level', 'prefix unit suffix raw count')


def count_ngrams(sequences, units, order):
    """Counts of all n-grams; unit number `units` ends a word, `units` + 1 begins it and is only a context."""
    end, begin = units, units + 1
    text = np.concatenate([[begin] + s + [end] for s in sequences]).astype(np.int64)
    starts = np.cumsum([0] + [len(s) + 2 for s in sequences[:-1]])
    since_begin = np.arange(len(text)) - np.repeat(starts, [len(s) + 2 for s in sequences])
    levels = []
    # node[t]: number of the n-gram of length k that ends at t; -1: it would reach before the word's begin
    node = np.zeros(len(text), np.int64)
    for k in range(1, order + 1):
        inside = since_begin >= k - 1
        prefix_at = np.full(len(text), -1)
        prefix_at[1:] = node[:-1]
        if k == 1:
            prefix_at[:] = 0
        keys, numbers, raw = np.unique((prefix_at * (units + 2) + text)[inside], return_inverse=True, return_counts=True)
        new = np.full(len(text), -1)
        new[inside] = numbers
        suffix = np.zeros(len(keys), np.int64)
        if k > 1:
            suffix[numbers] = node[inside]
        levels.append(Level(keys // (units + 2), keys % (units + 2), suffix, raw, raw.copy()))
        node = new
    # Lower orders count in how many contexts an n-gram is seen, unless the word's begin leaves it only one.
    begins = [np.zeros(1, bool)]
    for k, level in enumerate(levels):
        begins.append(level.unit == begin if k == 0 else begins[k][level.prefix])
    for k in range(order - 1):
        contexts = np.bincount(levels[k + 1].suffix, minlength=len(levels[k].raw))
        levels[k].count[:] = np.where(begins[k + 1], levels[k].raw, contexts)
    levels[0].count[levels[0].unit == begin] = 0  # is never predicted
    return levels


def kneser_ney(levels, units):
    """(probabilities, backoffs) per level, natural; backoffs[k] belongs to contexts of length k, [0] to the empty one."""
    probabilities, backoffs = [], []
    lower = None
    for k, level in enumerate(levels):
        contexts = 1 if k == 0 else len(levels[k - 1].raw)
        n = [np.count_nonzero(level.count == c) for c in range(5)]
        y = n[1] / max(n[1] + 2 * n[2], 1)
        discount = [0] + [min(max(c - (c + 1) * y * n[c + 1] / max(n[c], 1), 0.05), c - 0.05) for c in (1, 2, 3)]
        discounts = np.array(discount)[np.minimum(level.count, 3)]
        sums = np.maximum(np.bincount(level.prefix, level.count, contexts), 1e-9)
        backoff = np.bincount(level.prefix, discounts, contexts) / sums
        below = 1 / (units + 1) if k == 0 else lower[level.suffix]
        lower = (level.count - discounts) / sums[level.prefix] + backoff[level.prefix] * below
        probabilities.append(lower)
        backoffs.append(backoff)
    return probabilities, backoffs


def prune(levels, probabilities, backoffs, threshold):
    """Which n-grams stay: those whose loss would cost `threshold` nats over the lexicon, and their prefixes and
    suffixes. Probabilities stay what they were, backoffs are made to fit."""
    keep = [None] * len(levels)
    for k in reversed(range(len(levels))):
        level = levels[k]
        if k == 0:
            keep[k] = np.ones(len(level.raw), bool)
        else:
            fallback = backoffs[k][level.prefix] * probabilities[k - 1][level.suffix]
            loss = level.raw * (np.log(probabilities[k]) - np.log(np.maximum(fallback, 1e-30)))
            keep[k] = loss > threshold
        if k + 1 < len(levels):
            above, kept = levels[k + 1], keep[k + 1]
            keep[k][above.prefix[kept]] = True
            keep[k][above.suffix[kept]] = True
    fitted = []
    for k, level in enumerate(levels):
        contexts = 1 if k == 0 else len(levels[k - 1].raw)
        kept = keep[k]
        if k == 0:
            fitted.append(np.ones(1))
            continue
        seen = np.bincount(level.prefix[kept], probabilities[k][kept], contexts)
        lower = np.bincount(level.prefix[kept], probabilities[k - 1][level.suffix[kept]], contexts)
        fitted.append(np.maximum(1 - seen, 1e-6) / np.maximum(1 - lower, 1e-6))
    return keep, fitted


# ---------------------------------------------------------------------------------------------------------------------
# The file, little-endian: two tries, of all words and of names, each padded to a multiple of 8 bytes. Nodes are numbered
# in level order, 0 is the empty context; the children of a node lie together, by unit.
#
#   header      8 bytes "letsound", then u32: order, units (two more are "end" and "begin"), symbols, nodes, contexts
#   symbols     per symbol 4 bytes of UTF-8, zero padded
#   units       per unit 4 bytes: its letter, three symbols from 1 (0: none)
#   costs       per level 1..order 64 u16, per level 1..order-1 256 i16: -1024 ln p, of n-grams and of backoffs
#   first       per 32 contexts u32: the first child of the first of them
#   ranks       per 64 nodes u32: how many contexts are before them
#   has_child   per 64 nodes u64: which of them are contexts
#   nodes       per node but 0 u16: unit * 64 + cost
#   delta       per context u16: its first child after that of `first`; one more at the end
#   backoffs    per context u8

MAGIC = b'letsound'
COST_SCALE = 1024


def codebook(values, levels):
    """At most `levels` centres by Lloyd's rule from quantiles, and the index of each value's nearest."""
    centres = np.unique(np.quantile(values, (np.arange(levels) + 0.5) / levels))
    for _ in range(20):
        nearest = np.searchsorted((centres[1:] + centres[:-1]) / 2, values)
        sizes = np.bincount(nearest, minlength=len(centres))
        sums = np.bincount(nearest, values, minlength=len(centres))
        centres = np.sort(np.where(sizes > 0, sums / np.maximum(sizes, 1), centres))
    centres = np.round(centres)
    return centres, np.searchsorted((centres[1:] + centres[:-1]) / 2, values)


def padded(values, length):
    return np.concatenate([values, np.repeat(values[-1:], length - len(values))])


def pack(units, levels, probabilities, backoffs, keep):
    symbols = sorted({p for _, phonemes in units for p in phonemes})
    number = {s: i + 1 for i, s in enumerate(symbols)}
    order = len(levels)
    while order > 1 and not keep[order - 1].any():
        order -= 1
    nodes, has_child, weights, backoff_codes, children = [], [], [], [], []
    cost_tables, backoff_tables = [], []
    # level 0 has one node, which nobody reads
    place = np.zeros(1, np.int64)  # in the level below: where a kept n-gram went
    for k in range(order):
        level, kept = levels[k], np.flatnonzero(keep[k])
        kept = kept[np.lexsort((level.unit[kept], place[level.prefix[kept]]))]
        costs = -np.log(np.maximum(probabilities[k][kept], 1e-9)) * COST_SCALE
        table, codes = codebook(costs, 64)
        cost_tables.append(padded(table, 64).astype('<u2'))
        nodes.append(level.unit[kept] * 64 + codes)
        child_count = np.bincount(place[level.prefix[kept]], minlength=1 if k == 0 else len(nodes[k - 1]))
        has_child.append(child_count > 0)
        children.append(child_count)
        if k > 0:
            inverse = np.empty(len(nodes[k - 1]), np.int64)
            inverse[place[previous]] = previous
            table, codes = codebook(-np.log(backoffs[k][inverse[child_count > 0]]) * COST_SCALE, 256)
            backoff_tables.append(padded(table, 256).astype('<i2'))
            backoff_codes.append(codes)
        place = np.full(len(level.raw), -1)
        place[kept] = np.arange(len(kept))
        previous = kept
    has_child = np.concatenate(has_child + [np.zeros(len(nodes[-1]), bool)])
    total = len(has_child)
    child_counts = np.concatenate(children)
    first_child = 1 + np.concatenate([[0], np.cumsum(child_counts[child_counts > 0])])  # one more at the end
    contexts = len(first_child) - 1
    first = first_child[::32]
    words = np.zeros((total + 63) // 64 * 64, bool)
    words[:total] = has_child
    ranks = np.concatenate([[0], np.cumsum(words.reshape(-1, 64).sum(1))[:-1]])
    parts = [
        MAGIC,
        struct.pack('<5I', order, len(units), len(symbols), total, contexts),
        b''.join(s.encode().ljust(4, b'\0') for s in symbols),
        b''.join(
            bytes([ord(letter), *[number[p] for p in phonemes] + [0] * (3 - len(phonemes))])
            for letter, phonemes in units),
        *[t.tobytes() for t in cost_tables],
        *[t.tobytes() for t in backoff_tables],
    ]
    parts.append(b'\0' * (-sum(map(len, parts)) % 8))
    parts += [
        np.packbits(words, bitorder='little').tobytes(),
        first.astype('<u4').tobytes(),
        ranks.astype('<u4').tobytes(),
        np.concatenate(nodes).astype('<u2').tobytes(),
        (first_child - np.repeat(first, 32)[:contexts + 1]).astype('<u2').tobytes(),
        np.concatenate([[0], *backoff_codes]).astype('u1').tobytes(),
    ]
    data = b''.join(parts)
    return data + b'\0' * (-len(data) % 8)


class Trie:
    """One of the file's two, opened for decoding many words at once."""

    def __init__(self, data, at):
        assert data[at:at + 8] == MAGIC
        at += 8

        def take(kind, count):
            nonlocal at
            values = np.frombuffer(data, kind, count, at)
            at += values.nbytes
            return values

        self.order, self.units, symbols, nodes, contexts = map(int, take('<u4', 5))
        self.end, self.begin = self.units, self.units + 1
        symbols = [''] + [s.decode() for s in take('S4', symbols)]
        table = take('u1', 4 * self.units).reshape(-1, 4)
        self.letters = table[:, 0]
        self.phonemes = [[symbols[s] for s in row[1:] if s] for row in table]
        self.primary = np.array([sum(p[0] == 'ˈ' for p in phonemes) for phonemes in self.phonemes])
        cost_tables = take('<u2', 64 * self.order).reshape(-1, 64).astype(np.int64)
        backoff_tables = take('<i2', 256 * (self.order - 1)).reshape(-1, 256).astype(np.int64)
        at += -at % 8
        has_child = np.unpackbits(take('u1', (nodes + 63) // 64 * 8), bitorder='little')[:nodes].astype(bool)
        first = take('<u4', contexts // 32 + 1)
        take('<u4', (nodes + 63) // 64)
        packed = take('<u2', nodes - 1).astype(np.int64)
        first_child = np.repeat(first, 32)[:contexts + 1].astype(np.int64) + take('<u2', contexts + 1)
        codes = take('u1', contexts)
        self.past_end = at + -at % 8

        parent = np.zeros(nodes, np.int64)
        parent[1:] = np.repeat(np.flatnonzero(has_child), np.diff(first_child))
        unit = np.concatenate([[0], packed >> 6])
        self.keys = np.concatenate([[-1], parent[1:] * 1024 + unit[1:]])
        level = np.zeros(nodes, np.int64)
        bounds = [0, 1]
        while bounds[-1] < nodes:  # children of a level are the next level
            bounds.append(int(np.searchsorted(parent[1:], bounds[-1])) + 1)
            level[bounds[-2]:bounds[-1]] = len(bounds) - 2
        self.cost = np.concatenate([[0], cost_tables[level[1:] - 1, packed & 63]])
        self.backoff = np.zeros(nodes, np.int64)
        inner = np.flatnonzero(has_child)[1:]
        self.backoff[inner] = backoff_tables[level[inner] - 1, codes[1:]]
        # where a context goes when it knows no answer, and which context an n-gram leaves behind
        self.suffix = np.zeros(nodes, np.int64)
        for k in range(2, len(bounds) - 1):
            here = np.arange(bounds[k], bounds[k + 1])
            self.suffix[here] = np.searchsorted(self.keys, self.suffix[parent[here]] * 1024 + unit[here])
        self.context = np.where(has_child, np.arange(nodes), self.suffix)
        for k in range(1, len(bounds) - 1):
            here = np.arange(bounds[k], bounds[k + 1])
            self.context[here] = np.where(has_child[here], here, self.context[self.suffix[here]])
        self.start = self.context[np.searchsorted(self.keys, self.begin)]

    def step(self, context, unit):
        """(cost, next context) of each unit in its context."""
        cost, found = np.zeros(len(unit), np.int64), np.zeros(len(unit), np.int64)
        open_ = np.arange(len(unit))
        context = context.copy()
        while len(open_):
            key = context[open_] * 1024 + unit[open_]
            node = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
            hit = self.keys[node] == key
            found[open_[hit]] = node[hit]
            open_ = open_[~hit]
            cost[open_] += self.backoff[context[open_]]
            context[open_] = self.suffix[context[open_]]
        return cost + self.cost[found], self.context[found]


class Model:

    def __init__(self, data):
        self.general = Trie(data, 0)
        self.names = Trie(data, self.general.past_end)

    def decode(self, words, names, beam=BEAM):
        """`names` says of each word whether it is a name."""
        return [p for i in range(0, len(words), 512) for p in self._decode(words[i:i + 512], names[i:i + 512], beam)]

    def _step(self, alive, unit, names):
        """(cost, contexts) of each unit after the hypothesis in its column."""
        cost, context = self.general.step(alive[1], unit)
        name_context = np.zeros_like(context)
        name = np.flatnonzero(names[alive[0]])
        name_cost, name_context[name] = self.names.step(alive[6, name], unit[name])
        cost[name] += name_cost
        return cost, context, name_context

    def _decode(self, words, names, beam):
        general, names = self.general, np.array(names, bool)
        length = np.array([len(w) for w in words])
        spelled = np.zeros((len(words), max(length)), np.int64)  # from the end
        for row, word in zip(spelled, words):
            row[:len(word)] = [ord(c) for c in reversed(word)]
        first_unit = np.searchsorted(general.letters, np.arange(256))
        choices = np.searchsorted(general.letters, np.arange(256), 'right') - first_unit

        # hypotheses, one per column: word, context, primary stresses so far, cost, hypothesis before, unit, context
        # among names
        alive = np.zeros((7, len(words)), np.int64)
        alive[0], alive[1], alive[4], alive[6] = np.arange(len(words)), general.start, -1, self.names.start * names
        kept, total, finals = [], 0, []
        for position in range(max(length) + 1):
            # cheapest first; of equal futures the cheapest, then `beam` of each word with and without a primary stress
            alive = alive[:, np.lexsort((alive[3], alive[0]))]
            group = alive[0] * 2 + alive[2]
            future = (group * len(general.keys) + alive[1]) * len(self.names.keys) + alive[6]
            fresh = np.sort(np.unique(future, return_index=True)[1])
            alive, group = alive[:, fresh], group[fresh]
            by_group = np.argsort(group, kind='stable')
            rank = np.empty(len(group), np.int64)
            rank[by_group] = np.arange(len(group)) - np.searchsorted(group[by_group], group[by_group])
            alive = alive[:, rank < beam]
            kept.append(alive)
            numbers = total + np.arange(alive.shape[1])
            total += alive.shape[1]

            done = length[alive[0]] == position
            cost, _, _ = self._step(alive[:, done], np.full(done.sum(), general.end), names)
            finals.append(np.stack([alive[0, done], 1 - alive[2, done], alive[3, done] + cost, numbers[done]]))
            alive, numbers = alive[:, ~done], numbers[~done]
            if not alive.shape[1]:
                break
            letter = spelled[alive[0], position]
            source = np.repeat(np.arange(len(letter)), choices[letter])
            ends = np.cumsum(choices[letter])
            unit = np.arange(len(source)) - np.repeat(ends - choices[letter] - first_unit[letter], choices[letter])
            primary = alive[2, source] + general.primary[unit]
            source, unit, primary = source[primary <= 1], unit[primary <= 1], primary[primary <= 1]
            cost, context, name_context = self._step(alive[:, source], unit, names)
            alive = np.stack([alive[0, source], context, primary, alive[3, source] + cost, numbers[source], unit,
                              name_context])
        finals = np.concatenate(finals, axis=1)
        finals = finals[:, np.lexsort((finals[2], finals[1], finals[0]))]  # one with a primary stress, if there is any
        _, best = np.unique(finals[0], return_index=True)
        everything = np.concatenate(kept, axis=1)
        result = []
        for hypothesis in finals[3, best]:
            phonemes = []
            while everything[4, hypothesis] >= 0:
                phonemes += general.phonemes[everything[5, hypothesis]]
                hypothesis = everything[4, hypothesis]
            result.append(phonemes)
        return result


# ---------------------------------------------------------------------------------------------------------------------
# Measuring


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        diagonal, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            diagonal, row[j + 1] = row[j + 1], min(row[j] + 1, row[j + 1] + 1, diagonal + (x != y))
    return row[-1]


def error_rates(answers, entries):
    """Edit distance to the nearest listed pronunciation over that one's length, three ways of counting."""
    ways = {
        'marks are symbols': lambda p: list(''.join(p)),
        'mark and vowel are one': list,
        'without stress': lambda p: [s.strip(STRESS) for s in p],
    }
    rates = {}
    for name, way in ways.items():
        errors = symbols = wrong = 0
        for answer, entry in zip(answers, entries):
            d, size = min((distance(way(answer), way(p)), len(way(p))) for p in entry.pronunciations)
            errors, symbols, wrong = errors + d, symbols + size, wrong + (d > 0)
        rates[name] = (errors / symbols, wrong / len(entries))
    return rates


PREFIXES = ('anti counter dis fore hyper in im inter mid mis mono multi non out over poly post pre re semi sub super trans '
            'ultra un under up').split()
SUFFIXES = sorted((
    "' 's s es ed d ing ings ly r er ers or ors est ness nesses less lessness ful fully able ably ible ibly ability "
    'ibility ment ments ation ations ational ative atively ator ators atory ate ates ated ating ion ions ional al als ally '
    'ality ic ics ical ically icity ism isms ist ists istic istically ity ities ous ously ousness ive ively iveness ize '
    'izes ized izing izer ization ise ises ised ising isation ify ifies ified ifying ification fied ian ians ia an ans '
    'ance ances ancy ant ants ence ences ency ent ents ential entially age ages ship ships hood dom ward wards wise like '
    'man men y ies ied ier iest ily iness ish ishly ishness ette ess esses ee ees eer ary aries arian ery eries ory ories '
    'ium ius us um a o e i').split(), key=len, reverse=True)


def stem(word):
    """Coarse on purpose: better two strangers in one group than two relatives in both halves of a split."""
    for prefix in PREFIXES:
        if word.startswith(prefix) and len(word) >= len(prefix) + 5:
            word = word[len(prefix):]
            break
    changed = True
    while changed:
        changed = False
        for suffix in SUFFIXES:
            if word.endswith(suffix) and len(word) >= len(suffix) + 3:
                word, changed = word[:-len(suffix)], True
                break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word


def splits(entries, seed=1):
    """(what, training, test): at random; by stem; capitalised words; those, and all that has one's stem (Finnish for
    Finland) kept out of training too."""
    rng = random.Random(seed)
    numbers = list(range(len(entries)))
    chosen = set(rng.sample(numbers, len(entries) // 20))
    yield 'random', [e for i, e in enumerate(entries) if i not in chosen], [entries[i] for i in sorted(chosen)]
    stems = [stem(e.word) for e in entries]
    different = sorted(set(stems))
    chosen = set(rng.sample(different, len(different) // 20))
    yield ('stem', [e for e, s in zip(entries, stems) if s not in chosen],
           [e for e, s in zip(entries, stems) if s in chosen])
    names = [i for i in numbers if entries[i].name]
    chosen = set(rng.sample(names, len(names) // 5))
    yield ('names', [e for i, e in enumerate(entries) if i not in chosen], [entries[i] for i in sorted(chosen)])
    away = {stems[i] for i in chosen}
    yield ('names without relatives', [e for i, e in enumerate(entries) if i not in chosen and stems[i] not in away],
           [entries[i] for i in sorted(chosen)])


# ---------------------------------------------------------------------------------------------------------------------


def estimate(sequences, units, order):
    levels = count_ngrams(sequences, units, order)
    return levels, *kneser_ney(levels, units)


def score(trie, sequences):
    """-1024 ln p of each sequence."""
    cost, context = np.zeros(len(sequences), np.int64), np.full(len(sequences), trie.start)
    length = np.array([len(s) for s in sequences])
    table = np.full((len(sequences), max(length) + 1), trie.end)
    for row, sequence in zip(table, sequences):
        row[:len(sequence)] = sequence
    for position in range(table.shape[1]):
        on = np.flatnonzero(position <= length)
        step, context[on] = trie.step(context[on], table[on, position])
        cost[on] += step
    return cost


def train_names(units, sequences, names):
    """A small model of how names sound, from the lexicon's capitalised words and from its small ones that are like
    them (most of us_silver's names are in small letters): twice, what a model of names explains better joins them."""
    each = [[u] for u in range(len(units))]  # no unit is impossible
    alike = names.copy()
    for _ in range(2):
        tries = []
        for chosen in (alike, ~alike):
            levels, probabilities, backoffs = estimate(
                [s for s, c in zip(sequences, chosen) if c] + each, len(units), 3)
            keep, fitted = prune(levels, probabilities, backoffs, 0)
            tries.append(Trie(pack(units, levels, probabilities, fitted, keep), 0))
        odds = (score(tries[1], sequences) - score(tries[0], sequences)) / COST_SCALE
        alike = names | (odds + np.log(np.mean(alike) / np.mean(~alike)) > 0)
    levels, probabilities, backoffs = estimate([s for s, c in zip(sequences, alike) if c] + each, len(units), NAME_ORDER)
    keep, fitted = prune(levels, probabilities, backoffs, 0)
    return pack(units, levels, probabilities, fitted, keep)


def train(entries, most_bytes):
    units, sequences = align(entries)
    capitalised = {e.word for e in entries if e.name}
    names = train_names(units, sequences,
                        np.array([''.join(units[u][0] for u in reversed(s)) in capitalised for s in sequences]))
    levels, probabilities, backoffs = estimate(sequences, len(units), ORDER)
    low, high = 0.0, 16.0  # nats; the file shrinks as the threshold grows
    best = None
    while best is None or high - low > 0.02:
        threshold = (low + high) / 2
        keep, fitted = prune(levels, probabilities, backoffs, threshold)
        data = pack(units, levels, probabilities, fitted, keep) + names
        if len(data) <= most_bytes:
            best, high = data, threshold
        else:
            low = threshold
    return best


def write_golden(path, model, entries):
    """What the C++ must say: words of the lexicon, small and capitalised, and words of no language."""
    rng = random.Random(1)
    words = [rng.choice(entries).word for _ in range(200)]
    words += [''.join(rng.choice(LETTERS) for _ in range(rng.randint(1, 14))) for _ in range(50)]
    words += [word.capitalize() for word in words if word[0] != "'"]
    answers = model.decode([w.lower() for w in words], [w[0].isupper() for w in words])
    with open(path, 'w', encoding='utf-8') as file:
        file.writelines(f'{word}\t{"".join(phonemes)}\n' for word, phonemes in zip(words, answers))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('wheel', help='misaki-0.9.4-py3-none-any.whl')
    parser.add_argument('--out', help='train on the whole lexicon and write the model here')
    parser.add_argument('--golden', default='tests/golden/text/letter_to_sound.tsv',
                        help='and some of its answers here, for the test of the C++')
    parser.add_argument('--evaluate', action='store_true', help='train on a part of the lexicon, test on the rest, four ways')
    parser.add_argument('--bytes', type=int, default=1_990_000, help='the size that the model may have')
    arguments = parser.parse_args()
    if not arguments.out and not arguments.evaluate:
        parser.error('nothing to do: --out or --evaluate')
    entries = read_lexicon(arguments.wheel)
    print(f'{len(entries)} words, {sum(e.name for e in entries)} of them names')
    if arguments.out:
        start = time.process_time()
        data = train(entries, arguments.bytes)
        with open(arguments.out, 'wb') as file:
            file.write(data)
        print(f'{arguments.out}: {len(data)} bytes, {time.process_time() - start:.0f} s')
        write_golden(arguments.golden, Model(data), entries)
    if arguments.evaluate:
        for split, training, test in splits(entries):
            model = Model(train(training, arguments.bytes))
            answers = model.decode([e.word for e in test], [e.name for e in test])
            print(f'{split}: {len(training)} words to train, {len(test)} to test')
            for way, (phonemes, words) in error_rates(answers, test).items():
                print(f'  {way:24}{100 * phonemes:6.2f} % of phonemes {100 * words:6.2f} % of words', flush=True)


if __name__ == '__main__':
    sys.exit(main())
