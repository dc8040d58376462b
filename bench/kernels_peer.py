# SPDX-License-Identifier: Apache-2.0
"""One engine as a process that times products on request; bench/kernels.py talks to it.

usage: python kernels_peer.py ort|blas|mlx THREADS

Each line of input is a JSON object with a row of `decibit bench kernels --json`, and "rotation": the
bytes that weights of few rows rotate over. The answer is one line, {"ms": time} or {"ms": null} where
the engine has nothing like it. {"forget": true} drops what earlier requests made; the answer is {}.

  ort   MatMulNBits with zero points, as MLX's affine weights need: accuracy level 1 (f32 activations)
        for exact, 4 (int8 activations) for integers; MatMul, Conv, LSTM, MultiHeadAttention in f32
  blas  numpy's OpenBLAS sgemm; its number of threads comes from the environment
  mlx   quantized_matmul, and matmul in f32, on the CPU, with as many threads as it pleases
"""

import json
import math
import statistics
import sys
import time

import numpy as np

FEW_ROWS = 8  # up to so many, weights come from memory: Matvec::kMaxRows
SAMPLES = 9
SAMPLE_SECONDS = 0.02
MOST_MACS_OF_MLX = 1.2e8  # some tenth of a second

random = np.random.default_rng(0)


def normals(*shape):
    return random.standard_normal(shape, dtype=np.float32)


def copies_for(row, weight_bytes):
    return math.ceil(row["rotation"] / weight_bytes) if row["m"] <= FEW_ROWS else 1


def another(weights, i):
    """The same values elsewhere: ONNX Runtime keeps one of equal weights, which would then come from the cache."""
    return np.roll(weights, i, axis=0)


def time_of(run, products):
    """Milliseconds of one product, where run() makes several."""
    run()
    start = time.perf_counter()
    run()
    once = time.perf_counter() - start
    calls = max(1, int(SAMPLE_SECONDS / once))
    samples = []
    for _ in range(SAMPLES if once < 0.2 else 3):
        start = time.perf_counter()
        for _ in range(calls):
            run()
        samples.append((time.perf_counter() - start) / calls / products)
    return statistics.median(samples) * 1e3


class OnnxRuntime:
    def __init__(self, threads):
        import onnxruntime

        self.ort = onnxruntime
        self.threads = threads

    def make(self, row):
        makers = {
            "matvec": self.linear,
            "gemm": self.linear,
            "int_gemm": self.linear,
            "conv": self.convolution,
            "toom_cook": self.convolution,
            "lstm": self.lstm,
            "attention": self.attention,
        }
        return makers[row["kernel"]](row)

    def session(self, nodes, inputs, outputs, constants):
        """A function that runs the graph on `inputs`, {name: array}."""
        from onnx import TensorProto, helper, numpy_helper

        def info(name, shape):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        graph = helper.make_graph(
            nodes,
            "graph",
            [info(name, value.shape) for name, value in inputs.items()],
            [info(name, None) for name in outputs],
            [numpy_helper.from_array(value, name) for name, value in constants.items()],
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        options = self.ort.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        # Its idle threads would otherwise take cores from whoever is measured next.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        session = self.ort.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return lambda: session.run(None, inputs)

    def linear(self, row):
        from onnx import helper

        m, n, k = row["m"], row["n"], row["k"]
        nodes, constants, outputs = [], {}, []
        if row["scheme"] == "f32":
            copies = copies_for(row, 4 * n * k)
            weights = normals(k, n)
            for i in range(copies):
                constants[f"w{i}"] = another(weights, i)
                nodes.append(helper.make_node("MatMul", ["x", f"w{i}"], [f"y{i}"]))
        elif row["scheme"] in ("4:64", "8:64"):
            bits, block = int(row["scheme"][0]), row["group"]
            groups, zeros = k // block, n * ((k // block * bits + 7) // 8)
            copies = copies_for(row, n * groups * (block * bits // 8 + 4) + zeros)
            codes = random.integers(0, 256, (n, groups, block * bits // 8), dtype=np.uint8)
            scales = random.random(n * groups, dtype=np.float32) * 0.01
            points = random.integers(0, 256, zeros, dtype=np.uint8)
            level = 1 if row["compute"] == "exact" else 4
            for i in range(copies):
                constants |= {f"w{i}": another(codes, i)}
                constants |= {f"s{i}": another(scales, i), f"z{i}": another(points, i)}
                nodes.append(
                    helper.make_node(
                        "MatMulNBits",
                        ["x", f"w{i}", f"s{i}", f"z{i}"],
                        [f"y{i}"],
                        domain="com.microsoft",
                        K=k,
                        N=n,
                        bits=bits,
                        block_size=block,
                        accuracy_level=level,
                    )
                )
        else:
            return None
        outputs = [f"y{i}" for i in range(copies)]
        return self.session(nodes, {"x": normals(m, k)}, outputs, constants), copies

    def convolution(self, row):
        from onnx import helper

        taps, dilation = row["taps"], row["dilation"]
        channels = row["k"] // taps
        pad = taps // 2 * dilation
        node = helper.make_node(
            "Conv", ["x", "w"], ["y"], dilations=[dilation], pads=[pad, pad], kernel_shape=[taps]
        )
        weights = normals(row["n"], channels, taps)
        return self.session([node], {"x": normals(1, channels, row["m"])}, ["y"], {"w": weights}), 1

    def lstm(self, row):
        """With eight features as its input, whose product is a small part."""
        from onnx import helper

        if row["scheme"] != "f32":
            return None
        features, hidden = 8, row["k"]
        node = helper.make_node(
            "LSTM", ["x", "w", "r"], ["y"], direction="bidirectional", hidden_size=hidden
        )
        constants = {
            "w": normals(2, 4 * hidden, features) * 0.05,
            "r": normals(2, 4 * hidden, hidden) * 0.05,
        }
        return self.session([node], {"x": normals(row["m"], 1, features)}, ["y"], constants), 1

    def attention(self, row):
        from onnx import helper

        if row["scheme"] != "f32":
            return None
        heads, width = row["heads"], row["heads"] * row["k"]
        copies = copies_for(row, 2 * 4 * row["n"] * width) if row["m"] == 1 else 1
        inputs, nodes = {"q": normals(1, row["m"], width)}, []
        for i in range(copies):
            inputs |= {f"k{i}": normals(1, row["n"], width), f"v{i}": normals(1, row["n"], width)}
            nodes.append(
                helper.make_node(
                    "MultiHeadAttention",
                    ["q", f"k{i}", f"v{i}"],
                    [f"y{i}"],
                    domain="com.microsoft",
                    num_heads=heads,
                )
            )
        return self.session(nodes, inputs, [f"y{i}" for i in range(copies)], {}), copies


class OpenBlas:
    def __init__(self, threads):
        pass

    def make(self, row):
        if row["kernel"] not in ("matvec", "gemm") or row["scheme"] != "f32":
            return None
        weights = normals(row["n"], row["k"])
        weights = [weights.copy() for _ in range(copies_for(row, weights.nbytes))]
        x = normals(row["m"], row["k"])

        def run():
            for w in weights:
                x @ w.T

        return run, len(weights)


class Mlx:
    def __init__(self, threads):
        import mlx.core

        self.mx = mlx.core
        self.mx.set_default_device(self.mx.cpu)

    def make(self, row):
        mx = self.mx
        modes = {"4:64": "affine", "8:64": "affine", "mxfp4": "mxfp4", "f32": None}
        m, n, k = row["m"], row["n"], row["k"]
        if row["kernel"] not in ("matvec", "gemm") or row["compute"] != "exact":
            return None
        if row["scheme"] not in modes or m * n * k > MOST_MACS_OF_MLX:
            return None
        mode = modes[row["scheme"]]
        x, dense = mx.array(normals(m, k)), mx.array(normals(n, k))
        if mode is None:
            mx.eval(x, dense)
            return (lambda: mx.eval(x @ dense.T)), 1
        how = {
            "group_size": row["group"],
            "bits": 4 if row["scheme"] == "mxfp4" else int(row["scheme"][0]),
            "mode": mode,
        }
        # One copy: it is bound by instructions by far.
        weights = mx.quantize(dense, **how)
        mx.eval(x, *weights)
        return (lambda: mx.eval(mx.quantized_matmul(x, *weights, transpose=True, **how))), 1


ENGINES = {"ort": OnnxRuntime, "blas": OpenBlas, "mlx": Mlx}


def answer_of(engine, made, row):
    if "forget" in row:
        made.clear()
        return {}
    # int16 and int8 are the same to others.
    key = (row["kernel"], row["scheme"], row["compute"] == "exact", row["m"], row["n"], row["k"])
    key += (row.get("dilation"),)
    if key not in made:
        made[key] = engine.make(row)
    return {"ms": time_of(*made[key]) if made[key] is not None else None}


def main():
    engine, made = ENGINES[sys.argv[1]](int(sys.argv[2])), {}
    for line in sys.stdin:
        print(json.dumps(answer_of(engine, made, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
