// SPDX-License-Identifier: Apache-2.0
#include "convert/support_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <span>
#include <utility>

#include "convert/voices.h"
#include "io/write.h"

namespace decibit {
namespace fs = std::filesystem;
namespace {

// mlx-audio copies *.py *.json *.yaml *.tiktoken *.model *.txt *.jinja *.wav *.pt *.safetensors;
// the rest are files that models need at run time and that it forgets.
constexpr std::array<std::string_view, 15> kExtensions = {
    ".py", ".json", ".yaml",  ".tiktoken",    ".model", ".txt", ".jinja", ".wav",
    ".pt", ".yml",  ".jsonl", ".safetensors", ".mvn",   ".npz", ".bin"};

constexpr std::array<std::string_view, 4> kLicences = {"LICENSE", "LICENCE", "NOTICE", "COPYING"};

// Files of published models whose place is beside the weights. Another conversion's are recognised
// by these names when --force is to replace it.
constexpr std::array<std::string_view, 16> kModelFiles = {"config.json",
                                                          "generation_config.json",
                                                          "preprocessor_config.json",
                                                          "processor_config.json",
                                                          "tokenizer_config.json",
                                                          "tokenizer.json",
                                                          "tokenizer.model",
                                                          "special_tokens_map.json",
                                                          "added_tokens.json",
                                                          "normalizer.json",
                                                          "vocab.json",
                                                          "merges.txt",
                                                          "params.json",
                                                          "tekken.json",
                                                          "chat_template.jinja",
                                                          "voices.npz"};

bool is_hidden(const fs::path& relative) {
  return std::any_of(relative.begin(), relative.end(),
                     [](const fs::path& part) { return part.string().starts_with('.'); });
}

bool is_licence(const fs::path& name) {
  std::string upper = name.stem().string();
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return std::any_of(kLicences.begin(), kLicences.end(),
                     [&](std::string_view l) { return upper.starts_with(l); });
}

bool has_known_extension(const fs::path& name) {
  return std::find(kExtensions.begin(), kExtensions.end(), name.extension().string()) !=
         kExtensions.end();
}

/// At the root, weights are the checkpoint's whether chosen or not: mlx-audio's loader merges all
/// that end in .safetensors there, so one beside the result would break it. voices.npz is data.
bool is_root_weight(const fs::path& relative) {
  const std::string name = relative.string();
  return !relative.has_parent_path() && name != "voices.npz" &&
         (name.ends_with(".safetensors") || name.ends_with(".safetensors.index.json") ||
          name.ends_with(".bin") || name.ends_with(".bin.index.json") || name.ends_with(".npz"));
}

bool is_wanted(const fs::path& relative, const Checkpoint& checkpoint) {
  const auto& chosen = checkpoint.weight_files;
  return is_support_file(relative) &&
         std::find(chosen.begin(), chosen.end(), relative.string()) == chosen.end();
}

bool is_torch_voice(const fs::path& relative) {
  return relative.extension() == ".pt" && relative.parent_path() == "voices";
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { close(); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }
  /// False when the system could not write what it had kept back (errno).
  bool close() { return fd_ < 0 || ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

Status copy_file(const fs::path& from, const fs::path& to, Reporter& reporter) {
  const FileDescriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) return Unexpected(system_error(errno, "cannot read", from.string()));
  FileDescriptor out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (out.get() < 0) return Unexpected(system_error(errno, "cannot write", to.string()));
  std::vector<std::byte> buffer(std::size_t{1} << 18);
  while (true) {
    if (reporter.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");
    const ssize_t n = ::read(in.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Unexpected(system_error(errno, "cannot read", from.string()));
    if (n == 0) break;
    TRY(write_all(out.get(), std::span(buffer).first(static_cast<std::size_t>(n)), to.string()));
  }
  if (!out.close()) return Unexpected(system_error(errno, "cannot write", to.string()));
  return {};
}

}  // namespace

bool is_support_file(const fs::path& relative) {
  if (is_hidden(relative) || relative == "config.json" || is_root_weight(relative)) return false;
  return has_known_extension(relative.filename()) || is_licence(relative.filename());
}

bool is_conversion_output(const fs::path& relative, const std::vector<std::string>& own) {
  const std::string path = relative.string(), name = relative.filename().string();
  if (std::find(own.begin(), own.end(), path) != own.end()) return true;
  if (is_licence(relative)) return true;
  if (relative.parent_path() == "voices" || relative.parent_path() == "speech_tokenizer")
    return has_known_extension(relative);
  if (relative.has_parent_path()) return false;
  return (name.starts_with("model") && name.ends_with(".safetensors")) ||
         name == "model.safetensors.index.json" ||
         std::find(kModelFiles.begin(), kModelFiles.end(), name) != kModelFiles.end();
}

Result<std::vector<SupportFile>> find_support_files(const Checkpoint& checkpoint) {
  std::vector<SupportFile> files;
  std::error_code error;
  // Links are followed: in a Hub cache every file of a snapshot is one. A link to a folder could
  // lead in circles, so folders are entered only when they are real.
  for (auto it = fs::recursive_directory_iterator(checkpoint.folder, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const fs::path relative = it->path().lexically_relative(checkpoint.folder);
    std::error_code status_error;
    const fs::file_status status = it->status(status_error);  // of what a link points to
    if (fs::is_directory(status) && is_hidden(relative)) it.disable_recursion_pending();
    if (fs::is_directory(status) || !is_wanted(relative, checkpoint)) continue;
    if (!fs::is_regular_file(status))
      return fail(ErrorCode::kBadInput,
                  fmt::format("{} is a link to a file that is not there, or no regular file",
                              it->path().string()),
                  "fetch the checkpoint again");
    SupportFile file{relative, it->path()};
    if (is_torch_voice(relative)) {
      file.is_torch_voice = true;
      file.relative.replace_extension(".safetensors");
      // A voice that is there in both forms is copied as it is.
      if (fs::exists(checkpoint.folder / file.relative, status_error)) continue;
    }
    files.push_back(std::move(file));
  }
  if (error)
    return Unexpected(system_error(error.value(), "cannot list", checkpoint.folder.string()));
  std::sort(files.begin(), files.end(),
            [](const SupportFile& a, const SupportFile& b) { return a.relative < b.relative; });
  return files;
}

Status copy_support_files(const std::vector<SupportFile>& files, const fs::path& folder,
                          Reporter& reporter) {
  for (const SupportFile& file : files) {
    const fs::path to = folder / file.relative;
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    if (error)
      return Unexpected(system_error(error.value(), "cannot create", to.parent_path().string()));
    if (file.is_torch_voice) {
      TRY(convert_torch_voice(file.source, to));
    } else {
      TRY(copy_file(file.source, to, reporter));
    }
  }
  return {};
}

}  // namespace decibit
