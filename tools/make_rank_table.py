#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs the token ranks of openai-whisper for src/text/byte_pairs: NAME.tiktoken -> NAME.bin.

A .tiktoken file lists each token in base64. The first 256 are single bytes; every later one is what a merge of two
earlier tokens gives, so the table is those 256 bytes and then, for each later token, the ranks of its two parts,
16 bits each, little-endian: a quarter of the size. The empty token that ends the multilingual list is left out;
it stands for nothing and only moves the numbers of the special tokens by one.
"""
import base64
import struct
import sys


def parts(token, rank, ranks):
    """The two tokens that are left when only merges before `rank` are made."""
    pieces = [token[i:i + 1] for i in range(len(token))]
    while len(pieces) > 2:
        merges = [(ranks.get(a + b, rank), i) for i, (a, b) in enumerate(zip(pieces, pieces[1:]))]
        found, at = min(merges)
        if found >= rank:
            sys.exit(f"token {rank} is no merge of earlier ones")
        pieces[at:at + 2] = [pieces[at] + pieces[at + 1]]
    return [ranks[piece] for piece in pieces]


def main():
    source, target = sys.argv[1:]
    tokens = []
    with open(source) as lines:
        for line in lines:
            token, rank = line.split()
            if int(rank) != len(tokens):
                sys.exit(f"{source}: rank {rank} stands out of order")
            tokens.append(base64.b64decode(token))
    if tokens[-1] == b"=" or tokens[-1] == b"":
        tokens.pop()
    if any(len(token) != 1 for token in tokens[:256]):
        sys.exit(f"{source}: the first 256 tokens are not single bytes")
    ranks = {token: rank for rank, token in enumerate(tokens)}
    with open(target, "wb") as out:
        out.write(b"".join(tokens[:256]))
        for rank, token in enumerate(tokens[256:], 256):
            out.write(struct.pack("<HH", *parts(token, rank, ranks)))


main()
