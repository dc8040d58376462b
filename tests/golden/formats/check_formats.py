# SPDX-License-Identifier: Apache-2.0
"""Re-derive every golden file with refquant.py (numpy only) and report differences.

usage: python check_formats.py [DIR]          exit status 0 = all equal bit for bit
"""
import json
import os
import sys

import numpy as np

import refquant as R
import stio

bad = 0


def same(what, a, b):
    """bit equality; any NaN equals any NaN"""
    global bad
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype == np.float32:
        ok = (R.bits_of(a) == R.bits_of(b.reshape(a.shape))) | (np.isnan(a) & np.isnan(b.reshape(a.shape)))
    else:
        ok = a == b.reshape(a.shape)
    if not ok.all():
        bad += 1
        i = np.argwhere(~ok)[0]
        print("DIFF", what, int((~ok).sum()), "of", ok.size, "first at", i.tolist(), a[tuple(i)], b.reshape(a.shape)[tuple(i)])


def main(d):
    idx = json.load(open(os.path.join(d, "index.json")))
    cache = {}

    def get(fn):
        if fn not in cache:
            cache[fn] = stio.read(os.path.join(d, fn))[0]
        return cache[fn]
    n = 0
    for c in idx["cases"]:
        t = get(c["file"])
        cid, dt, g, b = c["id"], c["dtype"], c["group_size"], c["bits"]
        if c["kind"] == "quantize":
            w = stio.f32(get("inputs.safetensors")[c["input"]])
            w2 = w.reshape(-1, w.shape[-1])
            wq = stio.arr(t[cid + ".wq"]).reshape(-1, w.shape[-1] * b // 32)
            if c["mode"] == "affine":
                q, s, bi = R.affine_quantize(w2, g, b, dt)
                same(cid + " wq", q, wq)
                same(cid + " scales", s, stio.f32(t[cid + ".scales"]))
                same(cid + " biases", bi, stio.f32(t[cid + ".biases"]))
                same(cid + " deq", R.affine_dequantize(q, s, bi, g, b, dt), stio.f32(t[cid + ".deq"]))
            else:
                q, s = R.fp_quantize(w2, c["mode"], dt)
                same(cid + " wq", q, wq)
                same(cid + " scales", s, stio.arr(t[cid + ".scales"]))
                for o in c["outputs"][2:]:
                    same(cid + " " + o, R.fp_dequantize(q, s, c["mode"], o[4:]), stio.f32(t[cid + "." + o]))
        elif c["kind"] == "decode":
            wq = stio.arr(t[cid + ".wq"])
            if c["mode"] == "affine":
                r = R.affine_dequantize(wq, stio.f32(t[cid + ".scales"]), stio.f32(t[cid + ".biases"]), g, b, dt)
            else:
                r = R.fp_dequantize(wq, stio.arr(t[cid + ".scales"]), c["mode"], dt)
            same(cid, r, stio.f32(t[cid + ".deq"]))
        elif c["kind"] == "qmm":
            wq = stio.arr(t[cid + ".wq"])
            if c["mode"] == "affine":
                dq = R.affine_dequantize(wq, stio.f32(t[cid + ".scales"]), stio.f32(t[cid + ".biases"]), g, b, dt)
                for m in c["m"]:
                    same("%s m%d" % (cid, m), R.qmm_T(stio.f32(t[c["x"][str(m)]]), dq, dt), stio.f32(t["%s.m%d.y" % (cid, m)]))
            else:
                for m in c["m"]:
                    same("%s m%d" % (cid, m), R.fp_qmm_T(stio.f32(t[c["x"][str(m)]]), wq, stio.arr(t[cid + ".scales"]), c["mode"], dt),
                         stio.f32(t["%s.m%d.y" % (cid, m)]))
        n += 1
    if "tables" in idx:
        t = get(idx["tables"]["file"])
        same("e4m3 decode", R.e4m3_decode(np.arange(256)), stio.f32(t["e4m3_decode_f32"]))
        for dt in ("bf16", "f16"):
            u = np.arange(65536)
            v = (u.astype(np.uint32) << 16).view(np.float32) if dt == "bf16" else u.astype(np.uint16).view(np.float16).astype(np.float32)
            same("e4m3 encode " + dt, R.e4m3_encode(v), stio.arr(t["e4m3_encode_all_" + dt]))
            hi = 0x7F80 if dt == "bf16" else 0x7C00
            same("mxfp4 scale " + dt, R.mx_scale_byte(v[:hi], 6, dt)[1], stio.arr(t["scale_byte_by_amax_mxfp4_" + dt]))
            same("mxfp8 scale " + dt, R.mx_scale_byte(v[:hi], 448, dt)[1], stio.arr(t["scale_byte_by_amax_mxfp8_" + dt]))
            same("nvfp4 scale " + dt, R.e4m3_encode(R.rnd(v[:hi] / np.float32(6), dt)), stio.arr(t["scale_byte_by_amax_nvfp4_" + dt]))
            raw = stio.arr(t["e2m1_elements_%s_in" % dt])
            x = (raw.astype(np.uint32) << 16).view(np.float32) if dt == "bf16" else raw.view(np.float16).astype(np.float32)
            same("e2m1 " + dt, R.pack(R.e2m1_encode(x), 4), stio.arr(t["e2m1_elements_%s_wq" % dt]))
        w4 = np.tile(np.array([0x76543210, 0xFEDCBA98] * 2, np.uint32), (256, 1))
        sb = np.arange(256, dtype=np.uint8)[:, None]
        few = stio.arr(t["decode_mxfp8_scale_bytes"])
        w8 = np.tile(np.arange(256, dtype=np.uint8).view(np.uint32), (len(few), 1))
        for dt in ("f32", "f16", "bf16"):
            same("dec mxfp4", R.fp_dequantize(w4, sb, "mxfp4", dt)[:, :16], stio.f32(t["decode_mxfp4_scale_by_code_" + dt]))
            same("dec nvfp4", R.fp_dequantize(w4, np.repeat(sb, 2, 1), "nvfp4", dt)[:, :16], stio.f32(t["decode_nvfp4_scale_by_code_" + dt]))
            same("dec mxfp8", R.fp_dequantize(w8, np.repeat(few[:, None], 8, 1), "mxfp8", dt), stio.f32(t["decode_mxfp8_scale_by_code_" + dt]))
    print(n, "cases,", bad, "differences")
    return 1 if bad else 0


sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(__file__)))
