// SPDX-License-Identifier: Apache-2.0
#include "io/audio_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sndfile.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "io/write.h"

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
  names.reserve(kFormats.size());
  for (const FormatRow& row : kFormats) names.emplace_back(row.name);
  return names;
}

std::optional<AudioFormat> audio_format_from_name(std::string_view name) {
  for (const FormatRow& row : kFormats)
    if (row.name == name) return row.format;
  return std::nullopt;
}

// libsndfile writes through callbacks, because a codec's last bytes are written as the file is
// closed and a failure there is not told. The first errno is kept here.
struct AudioWriter::State {
  fs::path path, partial;
  bool replace = false;
  bool finished = false;
  int descriptor = -1;
  int failed = 0;  // errno of the first call that failed
  SNDFILE* file = nullptr;

  static State& of(void* user) { return *static_cast<State*>(user); }
  sf_count_t noted(sf_count_t result) {
    if (result < 0 && failed == 0) failed = errno;
    return result;
  }
  static sf_count_t size(void* user) {
    struct stat info {};
    const int result = ::fstat(of(user).descriptor, &info);
    return of(user).noted(result < 0 ? -1 : static_cast<sf_count_t>(info.st_size));
  }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) {
    return of(user).noted(::lseek(of(user).descriptor, offset, whence));
  }
  static sf_count_t read(void* to, sf_count_t count, void* user) {
    return of(user).noted(::read(of(user).descriptor, to, static_cast<std::size_t>(count)));
  }
  static sf_count_t write(const void* from, sf_count_t count, void* user) {
    const auto bytes =
        std::span(static_cast<const std::byte*>(from), static_cast<std::size_t>(count));
    errno = 0;
    if (write_all(of(user).descriptor, bytes, "")) return count;
    return of(user).noted(-1), 0;
  }
  static sf_count_t tell(void* user) { return seek(0, SEEK_CUR, user); }

  Error fault() const {
    if (failed != 0) return system_error(failed, "cannot write", path.string());
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
    if (descriptor >= 0) ::close(descriptor);
  }
};

AudioWriter::AudioWriter() : state_(std::make_unique<State>()) {}
AudioWriter::AudioWriter(AudioWriter&&) noexcept = default;
AudioWriter::~AudioWriter() = default;

Result<AudioWriter> AudioWriter::create(const fs::path& path, AudioFormat format,
                                        int sample_rate_hz, bool replace) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored))
    return fail(ErrorCode::kUsage, fmt::format("{} is a folder", path.string()),
                "name the file to write");
  if (!replace && fs::exists(fs::symlink_status(path, ignored)))
    return fail(ErrorCode::kNotFound, fmt::format("{} exists already", path.string()),
                "choose another --out, or give --force to replace it");
  AudioWriter writer;
  State& state = *writer.state_;
  state.path = path;
  state.replace = replace;
  fs::path partial = path;
  partial += ".partial";
  state.descriptor =
      ::open(partial.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
  if (state.descriptor < 0) return Unexpected(system_error(errno, "cannot write", path.string()));
  // The lock goes with its process: what a killed one left is taken over.
  if (::flock(state.descriptor, LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::kDenied, fmt::format("another process is writing {}", partial.string()));
  if (::ftruncate(state.descriptor, 0) != 0)
    return Unexpected(system_error(errno, "cannot write", partial.string()));
  state.partial = partial;
  SF_INFO info = {};
  info.samplerate = sample_rate_hz;
  info.channels = 1;
  info.format = row_of(format).sndfile;
  SF_VIRTUAL_IO io = {State::size, State::seek, State::read, State::write, State::tell};
  state.file = sf_open_virtual(&io, SFM_WRITE, &info, &state);
  if (state.file == nullptr && state.failed != 0) return Unexpected(state.fault());
  if (state.file == nullptr)
    return fail(ErrorCode::kUsage, fmt::format("cannot write {} at {} Hz: {}", name(format),
                                               sample_rate_hz, sf_strerror(nullptr)));
  sf_command(state.file, SFC_SET_CLIPPING, nullptr, SF_TRUE);
  return writer;
}

Status AudioWriter::write(std::span<const float> samples) {
  const auto count = static_cast<sf_count_t>(samples.size());
  if (sf_write_float(state_->file, samples.data(), count) == count && state_->failed == 0)
    return {};
  return Unexpected(state_->fault());
}

Status AudioWriter::finish() {
  State& s = *state_;
  if (sf_error(s.file) != 0) return Unexpected(s.fault());
  s.close();
  if (s.failed != 0) return Unexpected(s.fault());
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
