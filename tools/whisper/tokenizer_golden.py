#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What openai-whisper's tokenizer says: tests/golden/whisper/tokenizer.json.

pip install tiktoken; then: tokenizer_golden.py FOLDER-OF-OPENAI-WHISPER/whisper > tokenizer.json
Only its tokenizer.py is loaded, so that torch is not needed.
"""
import importlib.util
import json
import sys

spec = importlib.util.spec_from_file_location("tokenizer", sys.argv[1] + "/tokenizer.py")
module = importlib.util.module_from_spec(spec)
sys.modules["tokenizer"] = module
spec.loader.exec_module(module)

TEXTS = [
    "", " ", "  ", " a", "a  b", "a\t\n  b \n", "Hello, world!", " And so, my fellow Americans, ask not what your country",
    "it's they're I've I'm we'll he'd don't", "IT'S 'S", "1234567890 12 3.14 x2y", "foo_bar-baz (qux) [x]{y} #$%&",
    " ♪♪♪", "♩ ♭", "\u00a0non\u00a0breaking", "\u3000ideographic\u3000", "a\u0085b", "\u180ea b", "naïve café Øre ß",
    "日本語のテキストです。", "我们去吃饭吧！", "ภาษาไทย", "Привет, как дела?", "مرحبا بالعالم", "हिन्दी", "한국어 문장", "မြန်မာ",
    "👍🏽 👨‍👩‍👧 🎵", "e\u0301", "²³½ Ⅷ ٣", "a" * 300, "ab" * 200 + " " * 50 + "x", "\u2028line\u2029", "x\x1fy", "--- -- - (( ))",
    "The quick brown fox jumps over the lazy dog. " * 8, "<|endoftext|> <|0.00|>", "\ufffd", "epsilon " * 20,
]
BYTES = [list(b) for b in (b"\xe6\x97", b"a\xe6b", b"\xff\xfe", b"\xf0\x9f\x8e", b"\xed\xa0\x80", b"\xc0\x80", b"\xe2\x82\xac")]
SENTENCES = [("en", " It's a test, isn't it? \"Yes\" (we say) 3.14 -- æther."), ("en", "Hello"), ("ja", "今日は良い天気ですね。散歩に行きましょう!"),
             ("zh", "我们去吃饭吧！好不好"), ("th", "สวัสดีครับ ผมชื่อ"), ("fr", " L'été, ça va? 👨‍👩‍👧 œuf"), ("my", "မြန်မာစာ"), ("yue", "我哋去食飯")]

golden = {"models": []}
for vocabulary, multilingual, languages in ((51864, False, 99), (51865, True, 99), (51866, True, 100)):
    t = module.get_tokenizer(multilingual, num_languages=languages)
    model = {
        "vocabulary": vocabulary,
        "specials": {name: getattr(t, name) for name in (
            "eot", "sot", "translate", "transcribe", "sot_lm", "sot_prev", "no_speech", "no_timestamps", "timestamp_begin")},
        "first_language": t.to_language_token("en"),
        "last_language": [list(module.LANGUAGES)[languages - 1], t.to_language_token(list(module.LANGUAGES)[languages - 1])],
        "non_speech": t.non_speech_tokens,
    }
    if vocabulary != 51866:
        model["encoded"] = [{"text": text, "tokens": t.encode(text, disallowed_special=())} for text in TEXTS]
    words = []
    for language, text in SENTENCES:
        if language == "yue" and languages < 100:
            continue
        u = module.get_tokenizer(multilingual, num_languages=languages, language=language)
        tokens = u.encode(text) + [u.eot]
        parts, part_tokens = u.split_to_word_tokens(tokens)
        words.append({"language": language if multilingual else "en", "tokens": tokens, "words": parts, "word_tokens": part_tokens})
    model["words"] = words
    mixed = [t.sot, t.timestamp_begin, *t.encode(" Hi"), t.timestamp_begin + 54, t.timestamp_begin + 1500, t.no_speech, t.eot]
    model["mixed"] = {"tokens": mixed, "with_timestamps": t.decode_with_timestamps(mixed)}
    golden["models"].append(model)
golden["replaced"] = [{"bytes": b, "text": bytes(b).decode("utf-8", errors="replace")} for b in BYTES]
golden["codes"] = list(module.LANGUAGES)
golden["names"] = module.TO_LANGUAGE_CODE
json.dump(golden, sys.stdout, ensure_ascii=True, separators=(",", ":"))
print()
