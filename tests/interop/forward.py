# SPDX-License-Identifier: Apache-2.0
"""One tiny forward pass per model, through mlx-audio: a folder that loads can still be unusable
(scales of the wrong type, a convolution in the wrong order). Each pass returns an empty text, or
what is wrong. MLX's CPU backend is slow, hence seven phonemes and a handful of frames.
"""

import mlx.core as mx


def finite(name, array, shape):
    """Empty when `array` has the shape (None: any length) and only finite numbers."""
    mx.eval(array)
    if len(array.shape) != len(shape) or any(
        w not in (None, h) for w, h in zip(shape, array.shape)
    ):
        return f"{name}: shape {array.shape}, expected {shape}"
    if not mx.isfinite(array.astype(mx.float32)).all():
        return f"{name}: not finite"
    return ""


def procedural(*shape):
    """Smooth numbers between -0.5 and 0.5."""
    count = 1
    for dimension in shape:
        count *= dimension
    return (mx.sin(mx.arange(count, dtype=mx.float32)) * 0.5).reshape(shape)


def kokoro(model):
    # Eight times the usual speed: about one frame a phoneme.
    output = model("h\u0259l\u02c8o\u028a.", procedural(1, 256) * 0.1, 8.0, return_output=True)
    return finite("audio", output.audio.reshape(-1), (None,))


def whisper(model):
    dims = model.dims
    mel = procedural(1, 2 * dims.n_audio_ctx, dims.n_mels).astype(mx.float16)
    logits = model(mel, mx.array([[1, 2, 3]]))
    return finite("logits", logits, (1, 3, dims.n_vocab))


def voxtral_realtime(model):
    # The tiny decoder is narrower than the adapter's fixed 3072: the halves run by themselves.
    model._ensure_ada_scales()
    encoded = model.encoder.encode_full(model.encoder.conv_stem(procedural(128, 16)))
    problem = finite("encoder", encoded, (None, 3072))
    hidden, _ = model.decoder.forward(model.decoder.embed_tokens(mx.array([1, 2, 3])))
    return problem or finite("logits", model.decoder.logits(hidden[-1]), (None,))


def qwen3_tts(model):
    talker = model.talker
    embeddings = talker.get_input_embeddings()(mx.array([[1, 2, 3]]))
    logits, hidden = talker(embeddings, cache=talker.make_cache())
    problem = finite("talker", logits, (1, 3, None))
    code = mx.concatenate([hidden[:, -1:], embeddings[:, -1:]], axis=1)
    predictor = talker.code_predictor
    logits, _, _ = predictor(code, cache=predictor.make_cache(), generation_step=0)
    return problem or finite("code predictor", logits, (1, 2, None))


# The tiny Kokoro is missing: mlx-audio's vocoder has some of the published widths built in.
PASSES = {
    "kokoro-82m": kokoro,
    "whisper": whisper,
    "vxrt": voxtral_realtime,
    "q3tts": qwen3_tts,
}
