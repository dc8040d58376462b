# SPDX-License-Identifier: Apache-2.0
"""Writes npz/*.npz with NumPy. Element i of an array, in row-major order, holds the number i.
Run: python3 make_npz_fixtures.py (NumPy is needed)
"""
import io
import pathlib
import zipfile

import numpy as np

OUT = pathlib.Path(__file__).parent / "npz"
OUT.mkdir(exist_ok=True)


def count(*shape, dtype="<f4"):
    return np.arange(int(np.prod(shape)), dtype=dtype).reshape(shape)


def npy(array, version=(1, 0)):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version)
    return out.getvalue()


def save(name, members, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(OUT / name, "w", method) as archive:
        for member, data in members.items():
            archive.writestr(zipfile.ZipInfo(member), data, method)  # of 1980: runs are equal


bf16 = (count(4, dtype="<f4").view("<u4") >> 16).astype("<u2").view("V2")
members = {
    "f4.npy": npy(count(2, 3)), "f2.npy": npy(count(5, dtype="<f2")),
    "f8.npy": npy(count(3, dtype="<f8")), "bf16.npy": npy(bf16),
    "u1.npy": npy(count(7, dtype="u1")), "u4.npy": npy(count(2, 2, dtype="<u4")),
    "i1.npy": npy(count(3, dtype="i1")), "i8.npy": npy(count(3, dtype="<i8")),
    "bool.npy": npy(np.array([False, True])), "scalar.npy": npy(np.float32(0)),
    "empty.npy": npy(count(0, 64)), "fortran.npy": npy(np.asfortranarray(count(2, 3, 4))),
    "folder/nested.name.npy": npy(count(2)),
    "version2.npy": npy(count(2), (2, 0)), "version3.npy": npy(count(2), (3, 0)),
}
save("stored.npz", members)
save("deflated.npz", members, zipfile.ZIP_DEFLATED)
save("large_deflated.npz", {"w.npy": npy(count(300, 1000) % 251)}, zipfile.ZIP_DEFLATED)
save("bad_big_endian.npz", {"x.npy": npy(count(3, dtype=">f4"))})
objects = io.BytesIO()
np.lib.format.write_array(objects, np.array([None, 1], dtype=object), allow_pickle=True)
save("bad_object.npz", {"x.npy": objects.getvalue()})
save("bad_struct.npz", {"x.npy": npy(np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))})
save("bad_text.npz", {"x.npy": npy(np.array(["a", "b"]))})
save("bad_short.npz", {"x.npy": npy(count(3))[:-4]})
save("bad_member.npz", {"x.txt": b"no array"})
save("bad_method.npz", {"x.npy": npy(count(3))}, zipfile.ZIP_LZMA)
