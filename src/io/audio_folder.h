// SPDX-License-Identifier: Apache-2.0
// Sound to a folder, a file for each paragraph.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/audio_file.h"
#include "io/audio_format.h"
#include "io/audio_sink.h"

namespace decibit {

/// 0001.wav, 0002.wav and so on, 10000.wav after 9999.wav, unless called otherwise. Each is there,
/// whole, when its paragraph ends; a paragraph without samples has none. Resampling starts anew
/// with each, so that the files do not depend on each other. A folder that it made goes with it if
/// no file came into it.
class AudioFolder : public AudioSink {
 public:
  struct Names {
    std::string prefix = {};
    std::size_t first = 1;
    int digits = 4;          // at least
    bool own_folder = true;  // nothing else is to lie there, and files of an earlier run go
  };
  /// Makes `folder` where it is missing. kNotFound when its own folder holds something already
  /// and may not be replaced; kUsage when it is a file. A rate that the format has not is the first
  /// write's error (check_sample_rate).
  static Result<AudioFolder> create(const std::filesystem::path& folder,
                                    const AudioEncoding& encoding, bool replace, Names names);
  static Result<AudioFolder> create(const std::filesystem::path& folder,
                                    const AudioEncoding& encoding, bool replace) {
    return create(folder, encoding, replace, Names());
  }

  AudioFolder(AudioFolder&& other) noexcept;
  AudioFolder& operator=(AudioFolder&&) = delete;
  ~AudioFolder() override;

  Status write(std::span<const float> samples) override;
  Status end_paragraph() override;
  /// If it replaces, the files of an earlier, longer run go too: those with a number beyond the
  /// last.
  Status finish() override;
  /// The folder, with the files of whole paragraphs; the one that was begun goes.
  Result<std::string> keep_fragment() override;
  std::uint64_t clipped() const override;
  /// Files that are there by now.
  std::size_t files() const { return files_; }

 private:
  AudioFolder(std::filesystem::path folder, const AudioEncoding& encoding, bool replace,
              Names names)
      : folder_(std::move(folder)),
        encoding_(encoding),
        replace_(replace),
        names_(std::move(names)) {}
  std::filesystem::path file_name(std::size_t index) const;
  std::optional<std::size_t> number_of(const std::filesystem::path& file) const;
  Status remove_later_files() const;

  std::filesystem::path folder_;
  AudioEncoding encoding_;
  bool replace_;
  Names names_;
  std::vector<std::filesystem::path> made_;  // folders, the innermost first
  std::size_t files_ = 0;
  std::uint64_t clipped_ = 0;  // in those files
  std::optional<AudioWriter> paragraph_;
};

}  // namespace decibit
