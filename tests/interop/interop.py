# SPDX-License-Identifier: Apache-2.0
"""decibit against mlx-audio 0.6.2 itself.

    interop.py DECIBIT WORK [MODELS]      run by run.sh

For each source and each set of flags: decibit converts, mlx-audio's strict loader loads the result,
and every parameter must equal, bit for bit, what mlx-audio's own converter wrote for the same
source. Most models then run one tiny forward pass. Folders in the format of `--scope all`, which
MLX does not have, must be refused by MLX with a message that names the format.
"""

import os
import shutil
import subprocess
import sys
import time

import forward
import reference
import source

DENSE = ([], {})
AFFINE4 = (["-q", "--q-bits", "4"], {"quantize": True, "q_bits": 4})
AFFINE8 = (["-q", "--q-bits", "8"], {"quantize": True, "q_bits": 8})
MXFP4 = (["-q", "--q-mode", "mxfp4"], {"quantize": True, "q_mode": "mxfp4"})

# source, domain, flags. Real models by their folder in MODELS, tiny ones by their golden source.
REAL = {
    "kokoro-82m": ("tts", [DENSE, AFFINE4, AFFINE8, MXFP4]),
    "whisper-base": ("stt", [DENSE, AFFINE4, AFFINE8]),
}
TINY = {
    "kokoro": ("tts", [DENSE, AFFINE4, AFFINE8, MXFP4]),
    "whisper": ("stt", [DENSE, AFFINE4, AFFINE8]),
    "vxrt": ("stt", [DENSE, AFFINE4]),
    "q3tts": ("tts", [DENSE, AFFINE4]),
}
GOLDEN_SOURCES = os.path.join(os.path.dirname(__file__), "..", "golden", "convert", "sources")


class Tally:
    """Counts, and prints one line per check as it happens."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, problem, seconds):
        if problem:
            self.failed += 1
            print(f"FAILED  {name}: {problem}", flush=True)
        else:
            self.passed += 1
            print(f"passed  {name} ({seconds:.1f} s)", flush=True)


def decibit_convert(decibit, folder, target, flags):
    """Empty, or why it failed."""
    command = [decibit, "convert", "--hf-path", folder, "--mlx-path", target, "--quiet", *flags]
    run = subprocess.run(command, capture_output=True, text=True)
    return f"exit {run.returncode}: {run.stderr.strip()}" if run.returncode else ""


def compare(decibit, work, folder, domain, flags, options, forward_pass):
    ours, theirs = os.path.join(work, "ours"), os.path.join(work, "theirs")
    for target in (ours, theirs):
        shutil.rmtree(target, ignore_errors=True)
    problem = decibit_convert(decibit, folder, ours, flags)
    if problem:
        return problem
    reference.convert(folder, theirs, domain, **options)
    model = reference.load(ours, domain)
    loaded, expected = reference.parameters(model), reference.stored_tensors(theirs)
    if loaded.keys() != expected.keys():
        return reference.difference(loaded, expected)
    # mlx-audio cannot load the dense Kokoro that it writes: the file is in MLX's order, which the
    # loader turns once more. decibit writes the order that the loader wants: compare what loads.
    reordered = not options and os.path.basename(folder).endswith(("kokoro", "kokoro-82m"))
    got = loaded if reordered else reference.stored_tensors(ours)
    problem = reference.difference(got, expected)
    if not problem and forward_pass:
        problem = forward_pass(model)
    return problem


def refused(decibit, work, folder, domain):
    """A folder in decibit's own format must be refused by name, not half loaded."""
    target = os.path.join(work, "rows")
    shutil.rmtree(target, ignore_errors=True)
    flags = ["-q", "--q-bits", "4", "--scope", "all"]
    problem = decibit_convert(decibit, folder, target, flags)
    if problem:
        return problem
    try:
        reference.load(target, domain)
    except Exception as e:
        return "" if "decibit-rows" in str(e) else f"refused, but saying: {e}"
    return "MLX loaded it"


def guarded(function, *arguments):
    """The check's answer; an exception of the reference is an answer too."""
    start = time.monotonic()
    try:
        problem = function(*arguments)
    except Exception as e:
        problem = f"{type(e).__name__}: {e}"
    return problem, time.monotonic() - start


def main(decibit, work, models=""):
    tally = Tally()
    todo = []
    for name, (domain, variants) in TINY.items():
        spec = os.path.join(GOLDEN_SOURCES, name + ".json")
        todo.append(
            (name, source.write_source(spec, work), domain, variants, forward.PASSES.get(name))
        )
    for name, (domain, variants) in REAL.items():
        folder = os.path.join(models, name)
        if models and os.path.isdir(folder):
            todo.append((name, folder, domain, variants, forward.PASSES.get(name)))
        else:
            print(f"skipped {name}: its weights could not be obtained", flush=True)
    for name, folder, domain, variants, forward_pass in todo:
        for flags, options in variants:
            title = " ".join([name, *flags] if flags else [name, "dense"])
            result = guarded(compare, decibit, work, folder, domain, flags, options, forward_pass)
            tally.check(title, *result)
    for name, folder, domain, _, _ in todo:
        if name in ("kokoro", "whisper"):
            result = guarded(refused, decibit, work, folder, domain)
            tally.check(f"{name} --scope all is refused by mlx-audio", *result)
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
