// SPDX-License-Identifier: Apache-2.0
#include "io/audio_folder.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

namespace decibit {
namespace fs = std::filesystem;

namespace {

/// What create_directories would make, the innermost first.
std::vector<fs::path> missing_folders(fs::path folder) {
  std::vector<fs::path> missing;
  std::error_code error;
  if (!folder.has_filename()) folder = folder.parent_path();  // "a/b/" is a/b
  for (; !folder.empty() && !fs::exists(fs::symlink_status(folder, error));
       folder = folder.parent_path())
    missing.push_back(folder);
  return missing;
}

}  // namespace

/// Of the paragraph with this index, from 0.
fs::path AudioFolder::file_name(std::size_t index) const {
  return fmt::format("{}{:0{}}.{}", names_.prefix, names_.first + index, names_.digits,
                     name(encoding_.format));
}

/// The index of a file that an AudioFolder of this format may have written.
std::optional<std::size_t> AudioFolder::number_of(const fs::path& file) const {
  const std::string stem = file.stem().string();
  if (!stem.starts_with(names_.prefix)) return std::nullopt;
  std::size_t number = 0;
  std::from_chars(stem.data() + names_.prefix.size(), stem.data() + stem.size(), number);
  if (number < names_.first) return std::nullopt;
  const std::size_t index = number - names_.first;
  if (file.filename() != file_name(index)) return std::nullopt;
  return index;
}

AudioFolder::AudioFolder(AudioFolder&& other) noexcept
    : folder_(std::move(other.folder_)),
      encoding_(other.encoding_),
      replace_(other.replace_),
      names_(std::move(other.names_)),
      made_(std::exchange(other.made_, {})),
      files_(other.files_),
      clipped_(other.clipped_),
      paragraph_(std::move(other.paragraph_)) {}

AudioFolder::~AudioFolder() {
  paragraph_.reset();
  std::error_code ignored;  // what is not empty stays
  if (files_ > 0) return;
  for (const fs::path& folder : made_) fs::remove(folder, ignored);
}

Result<AudioFolder> AudioFolder::create(const fs::path& folder, const AudioEncoding& encoding,
                                        bool replace, Names names) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (fs::exists(status) && !fs::is_directory(status))
    return fail(ErrorCode::kUsage, fmt::format("{} is a file", folder.string()),
                "name a folder for the files");
  AudioFolder made(folder, encoding, replace, std::move(names));
  made.made_ = missing_folders(folder);  // so that they go, too, if others cannot be made
  fs::create_directories(folder, error);
  const bool empty = !error && fs::is_empty(folder, error);
  if (error)
    return Unexpected(system_error(error.value(), "cannot make the folder", folder.string()));
  if (!empty && !replace && made.names_.own_folder)
    return fail(ErrorCode::kNotFound, fmt::format("{} is not empty", folder.string()),
                "choose another folder, or give --force to replace files in it");
  return made;
}

Status AudioFolder::write(std::span<const float> samples) {
  if (samples.empty()) return {};
  if (!paragraph_)
    paragraph_.emplace(TRY(AudioWriter::create(folder_ / file_name(files_), encoding_, replace_)));
  return paragraph_->write(samples);
}

Status AudioFolder::end_paragraph() {
  if (!paragraph_) return {};
  TRY(paragraph_->finish());
  clipped_ += paragraph_->clipped();
  paragraph_.reset();
  ++files_;
  return {};
}

Status AudioFolder::finish() {
  TRY(end_paragraph());
  return replace_ && names_.own_folder ? remove_later_files() : Status();
}

Result<std::string> AudioFolder::keep_fragment() {
  paragraph_.reset();
  return files_ > 0 ? folder_.string() : std::string();
}

std::uint64_t AudioFolder::clipped() const {
  return clipped_ + (paragraph_ ? paragraph_->clipped() : 0);
}

Status AudioFolder::remove_later_files() const {
  std::error_code error;
  std::vector<fs::path> later;
  for (auto it = fs::directory_iterator(folder_, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::optional<std::size_t> number = number_of(it->path());
    if (number && *number >= files_) later.push_back(it->path());
  }
  for (const fs::path& file : later)
    if (!error) fs::remove(file, error);
  if (!error) return {};
  return Unexpected(system_error(error.value(), "cannot remove old files of", folder_.string()));
}

}  // namespace decibit
