// SPDX-License-Identifier: Apache-2.0
// Any bytes as a voice: the first chooses the kind of file, the rest are its content. What is
// accepted has a style for every length of a text, of finite numbers.
#include "models/kokoro/voice.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace {

constexpr std::array kExtensions = {".bin", ".safetensors", ".npz", ".pt"};
constexpr std::int64_t kWidth = 4;

/// A folder that this process alone writes, removed at its end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "decibit-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const Folder folder;
  const auto file =
      folder.path() / (std::string("voice") + kExtensions[data[0] % kExtensions.size()]);
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data + 1), static_cast<std::streamsize>(size - 1));
  const auto voice = decibit::kokoro::Voice::read(file, kWidth);
  if (!voice) return 0;
  for (const std::size_t phonemes : {std::size_t{1}, voice->rows(), voice->rows() + 1})
    for (const float x : voice->style(phonemes))
      if (!std::isfinite(x)) std::abort();
  return 0;
}
