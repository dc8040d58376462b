# SPDX-License-Identifier: Apache-2.0
"""Tiny random checkpoints of the families that the first golden set lacks.

Same contract as `families.py` of the golden tools, whose helpers are used: a builder returns
{"dir", "config", "tensors", "files"}; the MLX parameter tree of the real model gives the shapes and
the inverse of its renaming gives the source layout.
"""
from families import T, TOK, oik, tree


def no_codec_download():
    """mlx-audio's qwen3 fetches a codec when it is imported; the converter runs with the same stand-in."""
    from mlx_audio.codec.models import snac
    snac.SNAC.from_pretrained = staticmethod(lambda *a, **k: type("Stub", (), {"eval": lambda self: self})())


def oihw(s):
    """MLX (o, h, w, i) -> torch (o, i, h, w)"""
    return (s[0], s[3], s[1], s[2])


# ------------------------------------------------------------------ qwen3_asr and its aligner
def qwen3_asr(seed=9, dtype="BF16", layers=8, tie=True, aligner=False, top_type="qwen3_asr", classes=96,
              torch_dtype="bfloat16", dirname="tiny-q3asr"):
    from mlx_audio.stt.models import qwen3_asr as Q
    thinker = {"model_type": "qwen3_forced_aligner" if aligner else "qwen3_asr", "audio_token_id": 151676,
               "audio_config": {"num_mel_bins": 32, "encoder_layers": 2, "encoder_attention_heads": 2,
                                "encoder_ffn_dim": 128, "d_model": 64, "max_source_positions": 24,
                                "output_dim": 64, "downsample_hidden_size": 16},
               "text_config": {"vocab_size": 192, "hidden_size": 64, "intermediate_size": 128,
                               "num_hidden_layers": layers, "num_attention_heads": 2,
                               "num_key_value_heads": 1, "head_dim": 32, "tie_word_embeddings": tie}}
    if aligner:
        thinker["classify_num"] = classes
    cfg = {"architectures": ["Qwen3ASRForConditionalGeneration"], "model_type": top_type, "thinker_config": thinker}
    if torch_dtype:
        cfg["torch_dtype"] = torch_dtype
    m = Q.Model(Q.ModelConfig.from_dict(cfg))
    ts = [T("thinker." + k, oihw(s) if len(s) == 4 else s, dtype, seed=seed) for k, s in tree(m)]
    # The reference takes a head of fewer than 10000 rows for the aligner's and keeps it, so that a tiny
    # tied model with a head in the file cannot be had from it.
    return {"dir": dirname, "config": cfg, "tensors": ts, "files": dict(TOK)}


# ------------------------------------------------------------------ parakeet, four kinds
TARGET = "nemo.collections.asr.models."
KIND = {"tdt": "rnnt_bpe_models.EncDecRNNTBPEModel", "rnnt": "rnnt_bpe_models.EncDecRNNTBPEModel",
        "tdt_ctc": "hybrid_rnnt_ctc_bpe_models.EncDecHybridRNNTCTCBPEModel", "ctc": "ctc_bpe_models.EncDecCTCModelBPE"}


def parakeet(seed=10, dtype="F32", kind="tdt", d=64, layers=2, use_bias=True, hidden=64, rnn_layers=2,
             model_type="parakeet", torch_dtype=None, dirname="tiny-pk"):
    from mlx_audio.stt.models import parakeet as P
    vocab = ["t%d" % i for i in range(30)]
    cfg = {"target": TARGET + KIND[kind], "labels": vocab,
           "preprocessor": {"sample_rate": 16000, "normalize": "per_feature", "window_size": 0.025, "window_stride": 0.01,
                            "window": "hann", "features": 32, "n_fft": 512, "dither": 1e-05},
           "encoder": {"feat_in": 32, "n_layers": layers, "d_model": d, "n_heads": 2, "ff_expansion_factor": 2,
                       "subsampling_factor": 4, "self_attention_model": "rel_pos", "subsampling": "dw_striding",
                       "conv_kernel_size": 5, "subsampling_conv_channels": 16, "pos_emb_max_len": 64,
                       "use_bias": use_bias}}
    if model_type:
        cfg["model_type"] = model_type
    if torch_dtype:
        cfg["torch_dtype"] = torch_dtype
    if kind == "ctc":
        cfg["decoder"] = {"feat_in": d, "num_classes": -1, "vocabulary": vocab}
        cfg["decoding"] = {"greedy": None}
    else:
        extra = 3 if kind.startswith("tdt") else 0
        cfg["decoder"] = {"blank_as_pad": True, "vocab_size": len(vocab),
                          "prednet": {"pred_hidden": hidden, "pred_rnn_layers": rnn_layers}}
        cfg["joint"] = {"num_classes": len(vocab), "vocabulary": vocab, "num_extra_outputs": extra,
                        "jointnet": {"joint_hidden": hidden, "activation": "relu", "encoder_hidden": d, "pred_hidden": hidden}}
        cfg["decoding"] = {"model_type": "tdt", "durations": [0, 1, 2], "greedy": None} if extra else {"greedy": None}
        cfg["model_defaults"] = {"tdt_durations": [0, 1, 2]} if extra else {}
    if kind == "tdt_ctc":
        cfg["aux_ctc"] = {"decoder": {"feat_in": d, "num_classes": len(vocab), "vocabulary": vocab}}
    m = P.Model(P.ModelConfig.from_dict(cfg))
    return {"dir": dirname, "config": cfg, "tensors": [T(k, s, dtype, seed=seed) for k, s in tree(m)],
            "files": {"vocab.txt": "t0\n"}}


# ------------------------------------------------------------------ variants of families that exist
def qwen3_tied(seed=64, dtype="BF16", layers=8, dirname="tiny-q3lm"):
    """The plain qwen3 with tied embeddings and the head in the file all the same."""
    no_codec_download()
    from families import qwen3
    r = qwen3(seed=seed, dtype=dtype, layers=layers, dirname=dirname)
    r["config"]["tie_word_embeddings"] = True
    return r


def qwen3_tts_custom(seed=52, dtype="BF16", dirname="tiny-qwen3-tts"):
    """A voice without speaker encoder whose talker is wider than its code predictor."""
    from mlx_audio.tts.models import qwen3_tts as Q
    from families import qwen3_tts
    cfg = qwen3_tts(seed=seed, kind="custom_voice")["config"]
    cfg["talker_config"]["hidden_size"] = 128
    del cfg["speaker_encoder_config"]
    m = Q.Model(Q.ModelConfig.from_dict(cfg))
    ts = [T(k, oik(s) if len(s) == 3 else s, dtype, seed=seed) for k, s in tree(m)]
    return {"dir": dirname, "config": cfg, "tensors": ts, "files": {"generation_config.json": "{}\n"}}


def qwen2_audio_tied(seed=81, dtype="F32", dirname="tiny-q2a"):
    """F32 without torch_dtype, tied text head."""
    from mlx_audio.stt.models import qwen2_audio as Q
    from families import qwen2_audio
    cfg = qwen2_audio(layers=4)["config"]
    del cfg["torch_dtype"]
    cfg["text_config"]["tie_word_embeddings"] = True
    m = Q.Model(Q.ModelConfig.from_dict(cfg))
    ts = [T(k, oik(s) if len(s) == 3 else s, dtype, seed=seed) for k, s in tree(m)]
    ts.append(T("audio_tower.embed_positions.weight", (24, 64), dtype, seed=seed))
    return {"dir": dirname, "config": cfg, "tensors": ts, "files": dict(TOK)}
