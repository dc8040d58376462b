# SPDX-License-Identifier: Apache-2.0
"""Writes a Whisper with the shapes of large-v3-turbo and random weights: 1.6 GB of F16, in Hugging Face's layout.

usage: python synthetic_whisper.py FOLDER           (needs numpy)

Speed depends on shapes only; what it writes down means nothing.
"""

import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from weights.files import save_safetensors, write_json  # noqa: E402

CONFIG = {
    "model_type": "whisper",
    "architectures": ["WhisperForConditionalGeneration"],
    "torch_dtype": "float16",
    "d_model": 1280,
    "encoder_layers": 32,
    "decoder_layers": 4,
    "encoder_attention_heads": 20,
    "decoder_attention_heads": 20,
    "encoder_ffn_dim": 5120,
    "decoder_ffn_dim": 5120,
    "num_mel_bins": 128,
    "max_source_positions": 1500,
    "max_target_positions": 448,
    "vocab_size": 51866,
}
SPREAD = 0.02  # standard deviation of weights, as models begin their training with


def layer_shapes(prefix, attentions):
    """A layer with these attentions, each with the norm before it."""
    d, inner = CONFIG["d_model"], CONFIG["encoder_ffn_dim"]
    shapes = {}
    for attention in attentions:
        for projection in ("q", "k", "v", "out"):
            name = f"{prefix}.{attention}.{projection}_proj"
            shapes[f"{name}.weight"] = (d, d)
            if projection != "k":
                shapes[f"{name}.bias"] = (d,)
        shapes |= norm_shapes(f"{prefix}.{attention}_layer_norm")
    shapes |= {f"{prefix}.fc1.weight": (inner, d), f"{prefix}.fc1.bias": (inner,)}
    shapes |= {f"{prefix}.fc2.weight": (d, inner), f"{prefix}.fc2.bias": (d,)}
    return shapes | norm_shapes(f"{prefix}.final_layer_norm")


def norm_shapes(name):
    return {f"{name}.{what}": (CONFIG["d_model"],) for what in ("weight", "bias")}


def all_shapes():
    d, encoder, decoder = CONFIG["d_model"], "model.encoder", "model.decoder"
    shapes = {
        f"{encoder}.conv1.weight": (d, CONFIG["num_mel_bins"], 3),
        f"{encoder}.conv1.bias": (d,),
        f"{encoder}.conv2.weight": (d, d, 3),
        f"{encoder}.conv2.bias": (d,),
        f"{encoder}.embed_positions.weight": (CONFIG["max_source_positions"], d),
        f"{decoder}.embed_tokens.weight": (CONFIG["vocab_size"], d),
        f"{decoder}.embed_positions.weight": (CONFIG["max_target_positions"], d),
    }
    for i in range(CONFIG["encoder_layers"]):
        shapes |= layer_shapes(f"{encoder}.layers.{i}", ["self_attn"])
    for i in range(CONFIG["decoder_layers"]):
        shapes |= layer_shapes(f"{decoder}.layers.{i}", ["self_attn", "encoder_attn"])
    return shapes | norm_shapes(f"{encoder}.layer_norm") | norm_shapes(f"{decoder}.layer_norm")


def values(random, name, shape):
    if name.endswith("layer_norm.weight"):
        return np.ones(shape, np.float16)
    if name.endswith(".bias"):
        return np.zeros(shape, np.float16)
    return (random.standard_normal(shape, np.float32) * SPREAD).astype(np.float16)


def main():
    (folder,) = sys.argv[1:]
    random = np.random.default_rng(1)
    tensors = {name: values(random, name, shape) for name, shape in all_shapes().items()}
    os.makedirs(folder, exist_ok=True)
    write_json(os.path.join(folder, "config.json"), CONFIG)
    save_safetensors(os.path.join(folder, "model.safetensors"), tensors, {"format": "pt"})


if __name__ == "__main__":
    main()
