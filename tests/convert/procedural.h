// SPDX-License-Identifier: Apache-2.0
// The procedural source checkpoints of the golden data: tensors are computed from (name, seed,
// shape, shift, offset), not stored. Definition: the golden generator's prng.py, restated in
// procedural.cc.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "io/json.h"

namespace decibit::testing {

/// `count` values offset + v * 2^-shift, v from a counter-based generator keyed by name and seed.
std::vector<float> procedural_values(std::string_view name, std::uint64_t seed, std::int64_t count,
                                     int shift, double offset);

/// Little-endian bytes of F32, F16 or BF16, rounded to nearest even.
std::vector<std::byte> to_bytes(const std::vector<float>& values, DType dtype);

/// Writes the folder that a source.json describes.
void write_source(const Json& source, const std::filesystem::path& folder);

/// The source folder of tests/golden/convert/sources/`id`.json, made once for each build tree and
/// kept below `root`; safe when several test processes ask at once.
std::filesystem::path golden_source_folder(const std::string& id,
                                           const std::filesystem::path& root);

}  // namespace decibit::testing
