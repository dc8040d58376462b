// SPDX-License-Identifier: Apache-2.0
#include "io/sndfile_decoder.h"

#include <fmt/format.h>
#include <sndfile.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "io/mp3_length.h"

namespace decibit {
namespace {

/// A part of a file, behind some bytes of ours, as libsndfile reads it.
class VirtualFile {
 public:
  VirtualFile(std::shared_ptr<const ByteSource> file, std::uint64_t first, std::uint64_t bytes,
              std::string front = {})
      : file_(std::move(file)),
        front_(std::move(front)),
        first_(first),
        front_bytes_(static_cast<sf_count_t>(front_.size())),
        bytes_(front_bytes_ + static_cast<sf_count_t>(bytes)) {}

  static SF_VIRTUAL_IO callbacks() { return {size, seek, read, write, tell}; }
  void rewind() { position_ = 0; }
  const std::string& name() const { return file_->name(); }
  /// Why a read failed, which libsndfile takes for the end.
  const std::optional<Error>& fault() const { return fault_; }

 private:
  static VirtualFile& of(void* user) { return *static_cast<VirtualFile*>(user); }
  static sf_count_t size(void* user) { return of(user).bytes_; }
  static sf_count_t tell(void* user) { return of(user).position_; }
  static sf_count_t write(const void*, sf_count_t, void*) { return 0; }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) {
    VirtualFile& self = of(user);
    const sf_count_t from = whence == SEEK_SET   ? 0
                            : whence == SEEK_CUR ? self.position_
                                                 : self.bytes_;
    sf_count_t to = 0;
    if (__builtin_add_overflow(from, offset, &to) || to < 0) return -1;
    return self.position_ = to;
  }
  static sf_count_t read(void* to, sf_count_t count, void* user) {
    const auto wanted = static_cast<std::size_t>(std::max<sf_count_t>(count, 0));
    return of(user).read(std::span(static_cast<char*>(to), wanted));
  }
  sf_count_t read(std::span<char> to) {
    std::size_t count = 0;
    if (position_ < front_bytes_)
      count = front_.copy(to.data(), to.size(), static_cast<std::size_t>(position_));
    const sf_count_t at = position_ + static_cast<sf_count_t>(count);
    const sf_count_t rest = std::max<sf_count_t>(bytes_ - at, 0);
    to = to.subspan(count, std::min(to.size() - count, static_cast<std::size_t>(rest)));
    if (fault_) return 0;
    if (!to.empty()) {
      const Status status = file_->read(first_ + static_cast<std::uint64_t>(at - front_bytes_),
                                        std::as_writable_bytes(to));
      if (!status) return fault_ = status.error(), 0;
    }
    position_ = at + static_cast<sf_count_t>(to.size());
    return static_cast<sf_count_t>(count + to.size());
  }

  std::shared_ptr<const ByteSource> file_;
  std::string front_;
  std::uint64_t first_;
  sf_count_t front_bytes_, bytes_, position_ = 0;
  std::optional<Error> fault_;
};

int sndfile_format(SampleEncoding encoding) {
  switch (encoding) {
    case SampleEncoding::kUnsigned8:
      return SF_FORMAT_PCM_U8;
    case SampleEncoding::kSigned16:
      return SF_FORMAT_PCM_16;
    case SampleEncoding::kSigned24:
      return SF_FORMAT_PCM_24;
    case SampleEncoding::kSigned32:
      return SF_FORMAT_PCM_32;
    case SampleEncoding::kFloat32:
      return SF_FORMAT_FLOAT;
    case SampleEncoding::kFloat64:
      return SF_FORMAT_DOUBLE;
    case SampleEncoding::kALaw:
      return SF_FORMAT_ALAW;
    case SampleEncoding::kMuLaw:
      return SF_FORMAT_ULAW;
  }
  return 0;
}

class SndfileDecoder : public AudioDecoder {
 public:
  /// `info` as sf_open wants it: zeros, or the format of raw samples. `missing_bytes`: that a
  /// header of ours has promised.
  SndfileDecoder(VirtualFile file, const SF_INFO& info, std::uint64_t missing_bytes)
      : file_(std::move(file)), how_(info), info_(info), missing_bytes_(missing_bytes) {}
  ~SndfileDecoder() override { close(); }
  SndfileDecoder(const SndfileDecoder&) = delete;
  SndfileDecoder& operator=(const SndfileDecoder&) = delete;

  int sample_rate_hz() const override { return info_.samplerate; }
  int channels() const override { return info_.channels; }

  Result<std::size_t> read(std::span<float> out) override {
    const auto room = static_cast<sf_count_t>(out.size()) / info_.channels;
    const sf_count_t n = std::max<sf_count_t>(sf_readf_float(sound_, out.data(), room), 0);
    if (file_.fault()) return Unexpected(*file_.fault());
    frames_read_ += n;
    return static_cast<std::size_t>(n);
  }
  // Opened anew: where a codec's seek lands, and what it still holds, is its own affair.
  Status rewind() override {
    close();
    return open();
  }
  std::optional<std::string> loss() const override {
    if (missing_bytes_ > 0)
      return fmt::format("it ends early: {} bytes are missing that its header promises",
                         missing_bytes_);
    // Frame counts of MP3 are off by one or two frames at times.
    if (info_.frames == SF_COUNT_MAX || seconds(info_.frames) - seconds(frames_read_) < 0.1)
      return std::nullopt;
    return fmt::format("it ends early: {:.1f} of {:.1f} s could be decoded", seconds(frames_read_),
                       seconds(info_.frames));
  }

  Status open() {
    file_.rewind();
    frames_read_ = 0;
    info_ = how_;
    SF_VIRTUAL_IO io = VirtualFile::callbacks();
    sound_ = sf_open_virtual(&io, SFM_READ, &info_, &file_);
    if (file_.fault()) return Unexpected(*file_.fault());
    if (sound_ == nullptr || info_.channels < 1)
      return fail(ErrorCode::kBadInput,
                  fmt::format("{} cannot be decoded: {}", file_.name(), sf_strerror(sound_)));
    return {};
  }

 private:
  void close() {
    if (sound_ != nullptr) sf_close(sound_);
    sound_ = nullptr;
  }
  double seconds(sf_count_t frames) const {
    return static_cast<double>(frames) / std::max(info_.samplerate, 1);
  }

  VirtualFile file_;
  const SF_INFO how_;
  SF_INFO info_;
  const std::uint64_t missing_bytes_;
  SNDFILE* sound_ = nullptr;
  sf_count_t frames_read_ = 0;
};

}  // namespace

Result<std::unique_ptr<AudioDecoder>> open_with_sndfile(std::shared_ptr<const ByteSource> file) {
  Mp3Length length = TRY(measure_mp3(*file));
  const std::uint64_t first = length.frame.empty() ? 0 : length.first_byte;
  const std::uint64_t bytes = file->size_bytes() - first;
  auto decoder = std::make_unique<SndfileDecoder>(
      VirtualFile(std::move(file), first, bytes, std::move(length.frame)), SF_INFO{}, 0);
  TRY(decoder->open());
  return std::unique_ptr<AudioDecoder>(std::move(decoder));
}

Result<std::unique_ptr<AudioDecoder>> open_raw_sound(std::shared_ptr<const ByteSource> file,
                                                     const RawSound& sound) {
  if (sound.sample_rate_hz < 1 || sound.sample_rate_hz > std::numeric_limits<int>::max())
    return fail(ErrorCode::kBadInput, fmt::format("{} says that it has {} samples a second",
                                                  file->name(), sound.sample_rate_hz));
  SF_INFO info = {};
  info.samplerate = static_cast<int>(sound.sample_rate_hz);
  info.channels = sound.channels;
  info.format = SF_FORMAT_RAW | SF_ENDIAN_LITTLE | sndfile_format(sound.encoding);
  auto decoder = std::make_unique<SndfileDecoder>(
      VirtualFile(std::move(file), sound.first_byte, sound.bytes), info, sound.missing_bytes);
  TRY(decoder->open());
  return std::unique_ptr<AudioDecoder>(std::move(decoder));
}

}  // namespace decibit
