# SPDX-License-Identifier: Apache-2.0
"""Words that differ between what was spoken and what was heard, in lower case and without punctuation."""

import re


def words_of(text):
    return re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("-", " ")).split()


def errors(wanted, heard):
    """The fewest items of a sequence to replace, insert or leave out."""
    costs = list(range(len(heard) + 1))
    for i, want in enumerate(wanted, 1):
        diagonal, costs[0] = costs[0], i
        for j, item in enumerate(heard, 1):
            best = min(costs[j] + 1, costs[j - 1] + 1, diagonal + (want != item))
            diagonal, costs[j] = costs[j], best
    return costs[-1]
