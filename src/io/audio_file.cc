// SPDX-License-Identifier: Apache-2.0
#include "io/audio_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace decibit {
namespace {

namespace fs = std::filesystem;

struct FormatRow {
  AudioFormat format;
  std::string_view name;
  int sndfile;
};
constexpr std::array kFormats = {
    FormatRow{AudioFormat::kWav, "wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
    FormatRow{AudioFormat::kFlac, "flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
    FormatRow{AudioFormat::kMp3, "mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III},
    FormatRow{AudioFormat::kOgg, "ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
    FormatRow{AudioFormat::kOpus, "opus", SF_FORMAT_OGG | SF_FORMAT_OPUS}};

const FormatRow& row_of(AudioFormat format) { return kFormats[static_cast<std::size_t>(format)]; }

}  // namespace

std::string_view name(AudioFormat format) { return row_of(format).name; }

std::vector<std::string> audio_format_names() {
  std::vector<std::string> names;
  for (const FormatRow& row : kFormats) names.emplace_back(row.name);
  return names;
}

std::optional<AudioFormat> audio_format_from_name(std::string_view name) {
  for (const FormatRow& row : kFormats)
    if (row.name == name) return row.format;
  return std::nullopt;
}

struct AudioWriter::State {
  fs::path path, partial;
  bool replace = false;
  bool finished = false;
  SNDFILE* file = nullptr;

  Error fault() const {
    // libsndfile's words for a failed write are "System error"; errno knows more.
    if (errno != 0) return system_error(errno, "cannot write", path.string());
    return {ErrorCode::kResources,
            fmt::format("cannot write {}: {}", path.string(), sf_strerror(file))};
  }
  void close() {
    if (file != nullptr) sf_close(file);
    file = nullptr;
  }
  ~State() {
    close();
    if (!finished && !partial.empty()) ::unlink(partial.c_str());
  }
};

AudioWriter::AudioWriter() : state_(std::make_unique<State>()) {}
AudioWriter::AudioWriter(AudioWriter&&) noexcept = default;
AudioWriter::~AudioWriter() = default;

Result<AudioWriter> AudioWriter::create(const fs::path& path, AudioFormat format,
                                        int sample_rate_hz, bool replace) {
  std::error_code ignored;
  if (!replace && fs::exists(fs::symlink_status(path, ignored)))
    return fail(ErrorCode::kNotFound, fmt::format("{} exists already", path.string()),
                "choose another --out, or give --force to replace it");
  AudioWriter writer;
  State& state = *writer.state_;
  state.path = path;
  state.replace = replace;
  fs::path partial = path;
  partial += ".partial";
  const int descriptor = ::open(partial.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return Unexpected(system_error(errno, "cannot write", path.string()));
  state.partial = partial;
  SF_INFO info = {};
  info.samplerate = sample_rate_hz;
  info.channels = 1;
  info.format = row_of(format).sndfile;
  state.file = sf_open_fd(descriptor, SFM_WRITE, &info, SF_TRUE);
  if (state.file == nullptr) {
    ::close(descriptor);
    return fail(ErrorCode::kUsage, fmt::format("cannot write {} at {} Hz: {}", name(format),
                                               sample_rate_hz, sf_strerror(nullptr)));
  }
  sf_command(state.file, SFC_SET_CLIPPING, nullptr, SF_TRUE);
  return writer;
}

Status AudioWriter::write(std::span<const float> samples) {
  errno = 0;
  const auto count = static_cast<sf_count_t>(samples.size());
  if (sf_write_float(state_->file, samples.data(), count) == count) return {};
  return Unexpected(state_->fault());
}

Status AudioWriter::finish() {
  State& s = *state_;
  errno = 0;
  sf_write_sync(s.file);
  const int failed = sf_error(s.file);
  if (failed != 0) return Unexpected(s.fault());
  s.close();
  const unsigned flags = s.replace ? 0 : RENAME_NOREPLACE;
  if (::renameat2(AT_FDCWD, s.partial.c_str(), AT_FDCWD, s.path.c_str(), flags) != 0) {
    // File systems without the flag; `path` was not there when we began.
    if (errno != EINVAL || ::rename(s.partial.c_str(), s.path.c_str()) != 0)
      return Unexpected(system_error(errno, "cannot create", s.path.string()));
  }
  s.finished = true;
  return {};
}

}  // namespace decibit
