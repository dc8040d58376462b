# SPDX-License-Identifier: Apache-2.0
"""Writes a synthetic checkpoint with the shapes of a 4-billion-parameter Qwen3: 8 GB of BF16.

    large_checkpoint.py FOLDER

Every byte is written (no holes), from a pool of Gaussian numbers read at random places: fresh
numbers for 4 billion weights would take minutes and change nothing that is measured.
"""

import json
import os
import struct
import sys

import numpy as np

CONFIG = {
    "model_type": "qwen3",
    "architectures": ["Qwen3ForCausalLM"],
    "torch_dtype": "bfloat16",
    "hidden_size": 2560,
    "intermediate_size": 9728,
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 151936,
    "max_position_embeddings": 32768,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1000000,
    "tie_word_embeddings": True,
}
SHARDS = 4
BLOCK = 1 << 24  # numbers written at a time


def shapes():
    """{name: shape}, in the order of the shards."""
    hidden, inner = CONFIG["hidden_size"], CONFIG["intermediate_size"]
    queries = CONFIG["num_attention_heads"] * CONFIG["head_dim"]
    keys = CONFIG["num_key_value_heads"] * CONFIG["head_dim"]
    result = {"model.embed_tokens.weight": (CONFIG["vocab_size"], hidden)}
    for i in range(CONFIG["num_hidden_layers"]):
        layer = f"model.layers.{i}."
        result |= {
            layer + "input_layernorm.weight": (hidden,),
            layer + "post_attention_layernorm.weight": (hidden,),
            layer + "self_attn.q_norm.weight": (CONFIG["head_dim"],),
            layer + "self_attn.k_norm.weight": (CONFIG["head_dim"],),
            layer + "self_attn.q_proj.weight": (queries, hidden),
            layer + "self_attn.k_proj.weight": (keys, hidden),
            layer + "self_attn.v_proj.weight": (keys, hidden),
            layer + "self_attn.o_proj.weight": (hidden, queries),
            layer + "mlp.gate_proj.weight": (inner, hidden),
            layer + "mlp.up_proj.weight": (inner, hidden),
            layer + "mlp.down_proj.weight": (hidden, inner),
        }
    result["model.norm.weight"] = (hidden,)
    return result


def write_shard(path, tensors, pool, random):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors.items():
        end = offset + 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for left in range(offset // 2, 0, -BLOCK):
            start = int(random.integers(pool.size - BLOCK))
            f.write(pool[start : start + min(BLOCK, left)])


def main(folder):
    random = np.random.default_rng(1)
    pool = random.standard_normal(2 * BLOCK, np.float32) * np.float32(0.02)
    pool = (pool.view(np.uint32) >> 16).astype(np.uint16)  # BF16 by truncation
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump(CONFIG, f, indent=2)
    tensors = shapes()
    total = sum(2 * int(np.prod(s)) for s in tensors.values())
    shards, size = [{}], 0
    for name, shape in tensors.items():
        if size > total / SHARDS:
            shards.append({})
            size = 0
        shards[-1][name] = shape
        size += 2 * int(np.prod(shape))
    weight_map = {}
    for i, shard in enumerate(shards, 1):
        file = f"model-{i:05}-of-{len(shards):05}.safetensors"
        write_shard(os.path.join(folder, file), shard, pool, random)
        weight_map |= dict.fromkeys(shard, file)
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    with open(os.path.join(folder, "model.safetensors.index.json"), "w") as f:
        json.dump(index, f)


if __name__ == "__main__":
    main(sys.argv[1])
