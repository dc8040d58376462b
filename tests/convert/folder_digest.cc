// SPDX-License-Identifier: Apache-2.0
#include "folder_digest.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "io/safetensors.h"

namespace decibit::testing {
namespace fs = std::filesystem;
namespace {

bool is_model_file(const std::string& name) {
  return name.starts_with("model") && name.ends_with(".safetensors");
}

std::string golden_shape(const Shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i == 0 ? "" : ",") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace

std::string short_sha256(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256");
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < 16; ++i) {
    text += kHex[digest[i] >> 4];
    text += kHex[digest[i] & 15];
  }
  return text;
}

std::string file_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::map<std::string, std::string> tensor_digests(const fs::path& folder) {
  std::map<std::string, std::string> digests;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!is_model_file(entry.path().filename().string())) continue;
    const auto file = open_safetensors(entry.path());
    if (!file) throw std::runtime_error(file.error().message);
    for (const Tensor& tensor : file->tensors) {
      const auto bytes = tensor.read_all();
      if (!bytes) throw std::runtime_error(bytes.error().message);
      digests[tensor.name] =
          std::string(name(tensor.dtype)) + " " + golden_shape(tensor.shape) + " " +
          short_sha256(std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
    }
  }
  return digests;
}

std::map<std::string, std::string> file_digests(const fs::path& folder) {
  std::map<std::string, std::string> digests;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    const bool at_root = name.find('/') == std::string::npos;
    if (!entry.is_regular_file() || name == "config.json" || (at_root && is_model_file(name)) ||
        name == "model.safetensors.index.json")
      continue;
    const std::string bytes = file_bytes(entry.path());
    digests[name] = std::to_string(bytes.size()) + " " + short_sha256(bytes);
  }
  return digests;
}

}  // namespace decibit::testing
