# SPDX-License-Identifier: Apache-2.0
"""The real checkpoints, against hashes of what mlx-audio 0.6.2 made of the same files.

    real_golden.py DECIBIT WORK MODELS      run by run.sh; needs Python alone

tests/golden/real/README.md says what is recorded. Every tensor's name, type, shape and bytes, the
text of config.json, the metadata and the copied files must be equal. A record is skipped, with the
reason, when its checkpoint is not there or has other weights than the recorded ones.
"""

import glob
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys

RECORDS = os.path.join(os.path.dirname(__file__), "..", "golden", "real", "*.json")


def short_hash(data):
    return hashlib.sha256(data).hexdigest()[:32]


def file_sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()


def read_file(path):
    with open(path, "rb") as f:
        return f.read()


def stored_tensors(path):
    """({name: "DTYPE [shape] hash"}, metadata) of one safetensors file."""
    with open(path, "rb") as f:
        (size,) = struct.unpack("<Q", f.read(8))
        header = json.loads(f.read(size))
        metadata = header.pop("__metadata__", None)
        tensors = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            f.seek(8 + size + begin)
            shape = ",".join(map(str, entry["shape"]))
            tensors[name] = f"{entry['dtype']} [{shape}] {short_hash(f.read(end - begin))}"
    return tensors, metadata


def describe(folder):
    """A converted folder in the words of a record."""
    tensors, metadata, copied = {}, None, {}
    for path in glob.glob(os.path.join(folder, "**", "*"), recursive=True):
        name = os.path.relpath(path, folder)
        if name.startswith("model") and name.endswith(".safetensors"):
            found, metadata = stored_tensors(path)
            tensors.update(found)
        elif os.path.isfile(path) and name not in ("config.json", "model.safetensors.index.json"):
            data = read_file(path)
            copied[name] = f"{len(data)} {short_hash(data)}"
    index = json.loads(read_file(os.path.join(folder, "model.safetensors.index.json")))
    return {
        "tensors": tensors,
        "metadata": metadata,
        "copied_files": copied,
        "config_json": read_file(os.path.join(folder, "config.json")).decode(),
        "index_metadata": index["metadata"],
    }


def first_difference(ours, theirs):
    """What differs between two values of one member of a record, as text."""
    if not isinstance(theirs, dict):
        return f"{ours!r}, expected {theirs!r}"
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            return f"{name}: {ours.get(name)}, expected {theirs.get(name)}"
    return ""


def compare(decibit, source, record, target):
    """Empty, or what differs."""
    # The reference leaves convolutions in MLX's order even where its own loader wants PyTorch's.
    flags = ["--layout", "mlx", "--quiet", *record["args"]]
    command = [decibit, "convert", "--hf-path", source, "--mlx-path", target, *flags]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        return f"exit {run.returncode}: {run.stderr.strip()}"
    ours = describe(target)
    record["copied_files"].pop("manifest.json", None)
    for member, value in ours.items():
        if value != record[member]:
            return f"{member}: {first_difference(value, record[member])}"
    return ""


def reason_to_skip(source, record, known):
    """Empty when the folder holds the weights that were recorded. `known` caches their hashes."""
    path = os.path.join(source, "model.safetensors")
    if not os.path.isfile(path):
        return f"there is no {os.path.join(record['source'], 'model.safetensors')}"
    if path not in known:
        known[path] = file_sha256(path)
    same = known[path] == record["source_model_safetensors_sha256"]
    return "" if same else "these are other weights than the recorded ones"


def main(decibit, work, models):
    failed, known = 0, {}
    target = os.path.join(work, "real_golden")
    records = sorted(glob.glob(RECORDS))
    if not records:
        sys.exit(f"no records: {RECORDS}")
    for path in records:
        record = json.loads(read_file(path))
        title = " ".join(["real golden", record["source"], *record["args"]])
        source = os.path.join(models, record["source"])
        reason = reason_to_skip(source, record, known)
        if reason:
            print(f"skipped {title}: {reason}", flush=True)
            continue
        shutil.rmtree(target, ignore_errors=True)
        problem = compare(decibit, source, record, target)
        failed += bool(problem)
        print(f"FAILED  {title}: {problem}" if problem else f"passed  {title}", flush=True)
    shutil.rmtree(target, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
