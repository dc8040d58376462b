# SPDX-License-Identifier: Apache-2.0
"""The least time in which floats can listen: the multiplications of a Whisper's encoder by what the machine was seen to do."""

import json
import subprocess

from engines import DECIBIT


def peak_gmacs(threads):
    """Multiplications and additions a second in float32 that this machine was seen to do."""
    command = [DECIBIT, "bench", "kernels", "--json", "--threads", str(threads)]
    command += ["--filter", "matvec/4:64/exact/m1/n1280/k1280"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["machine"]["fma_gmacs"]


def listening_gmacs(folder):
    """Of one window: convolutions, layers, and the decoder's keys and values. Of a config with Hugging Face's keys."""
    with open(f"{folder}/config.json") as f:
        config = json.load(f)
    d, rows = config["d_model"], config["max_source_positions"]
    first = 2 * rows * 3 * config["num_mel_bins"] * d
    second = rows * 3 * d * d
    layer = 12 * rows * d * d + 2 * rows * rows * d
    keys = config["decoder_layers"] * 2 * rows * d * d
    return (first + second + config["encoder_layers"] * layer + keys) / 1e9


def listening_floor_s(folder, threads):
    return listening_gmacs(folder) / peak_gmacs(threads)
