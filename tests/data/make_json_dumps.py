# SPDX-License-Identifier: Apache-2.0
# Writes json_dumps.txt: what Python's json makes of texts and floats. Run: python3 make_json_dumps.py
import json
import pathlib
import random
import struct

TEXTS = [
    "{}", "[]", "null", "true", " false ", '""', "0", "-0", "1", "-17", "1.0", "-0.0", "1e5", "1E-5",
    "0e05", "1e16", "1e15", "123456789012345678", "1.5e300", "0.1", "1e-7", "100000.0", "12345678.9",
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551616",
    "-9223372036854775809", "123456789012345678901234567890", "[[],{}]", '{"a":[],"b":{}}',
    '{"b":1,"a":2}', '{"a":1,"b":2,"a":3}', '{"a":{"x":1},"a":{"y":[1,2,{"z":null}]}}',
    '"\\u00e9\\ud83d\\ude00\\u0000\\u001f\\u007f\\"\\\\\\/\\b\\f\\n\\r\\t"', '"é😀日本語"',
    '{"é":"ß","":"empty"}', "[1,2.50,\"x\",true,null]", '"NaN"', '["e0e0 Infinity", "\\"NaN"]',
]
rng = random.Random(1)
FLOATS = [0.0, -0.0, 5e-324, 1.7976931348623157e308, 1e22, 1e23, 9007199254740993.0, 0.0001,
          0.00001, 1e16, 1e15, 123456789012345680.0, 1 / 3, 1e-5, 0.02, 4.35]
FLOATS += [struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0] for _ in range(300)]
FLOATS += [rng.uniform(-1, 1) * 10.0 ** rng.randint(-8, 20) for _ in range(300)]
FLOATS += [float(rng.randint(-10**17, 10**17)) for _ in range(100)]
FLOATS = [x for x in FLOATS if x == x]

with open(pathlib.Path(__file__).parent / "json_dumps.txt", "w", encoding="utf-8") as out:
    for text in TEXTS:  # the text and three of its dumps, each quoted as a JSON string
        value = json.loads(text)
        compact = json.dumps(value, separators=(",", ":"))
        dumps = [text, compact, json.dumps(value, indent=2), json.dumps(value, indent=4)]
        out.write("text\t" + "\t".join(json.dumps(d) for d in dumps) + "\n")
    for x in FLOATS:
        out.write(f"float\t{struct.unpack('<Q', struct.pack('<d', x))[0]}\t{x!r}\n")
