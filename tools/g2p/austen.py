#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sentences of Jane Austen's six novels, one a line, shuffled, from Debian's package r-cran-janeaustenr.

    apt-get download r-cran-janeaustenr && dpkg -x r-cran-janeaustenr_*.deb DIR
    python austen.py DIR/usr/lib/R/site-library/janeaustenr/data/Rdata.rdb >SENTENCES.txt

The file is R's: compressed blocks, each a four-byte length and zlib data, in which a string is a word of flags
that ends in 9, a length and its bytes. Underscores (italics) are left out, and quotes that do not pair.
"""
import random
import re
import struct
import sys
import zlib

STRING = re.compile(rb"\x00[\x00\x01\x04][\x00\x80]\x09")
# No sentence ends behind a title or an initial.
END = re.compile(
    r"(?<!Mr\.)(?<!Mrs\.)(?<!Dr\.)(?<!St\.)(?<![ .(-][A-Z]\.)(?<=[.!?])[\"']?\s+(?=[\"'A-Z])"
)


def books(data):
    at = 0
    while at < len(data):
        inflate = zlib.decompressobj()
        block = inflate.decompress(data[at + 4 :])
        at = len(data) - len(inflate.unused_data)
        lines = []
        for match in STRING.finditer(block):
            begin = match.end() + 4
            size = struct.unpack(">i", block[match.end() : begin])[0] if begin <= len(block) else -1
            if 0 <= size < 300:
                lines.append(block[begin : begin + size].decode("utf-8", "replace").strip())
        yield lines


def main():
    sentences = []
    for lines in books(open(sys.argv[1], "rb").read()):
        for paragraph in "\n".join(lines[3:]).split("\n\n"):
            text = re.sub(r"\s+", " ", paragraph).replace("_", "")
            for sentence in END.split(text):
                if sentence.count('"') % 2:
                    sentence = sentence.replace('"', "")
                if 8 < len(sentence) < 600 and sentence.isascii():
                    sentences.append(sentence.strip())
    random.Random(6).shuffle(sentences)
    print("\n".join(sentences))


if __name__ == "__main__":
    main()
