// SPDX-License-Identifier: Apache-2.0
// What a folder holds, in the form in which the golden cases state it.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace decibit::testing {

/// Hex SHA-256, first 32 digits.
std::string short_sha256(const std::string& bytes);
std::string file_bytes(const std::filesystem::path& path);

/// Tensor name -> "F32 [64,64] 0123..." of all model*.safetensors at the root of a folder.
std::map<std::string, std::string> tensor_digests(const std::filesystem::path& folder);

/// Path -> "SIZE SHA256" of every other regular file, config.json and the index left out.
std::map<std::string, std::string> file_digests(const std::filesystem::path& folder);

}  // namespace decibit::testing
