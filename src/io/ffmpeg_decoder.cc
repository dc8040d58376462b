// SPDX-License-Identifier: Apache-2.0
// ffmpeg decodes the file that it has as its standard input, and which it opens again under
// /dev/fd/0 so that it can seek: no name of a stranger's file is among its arguments. The container
// is given, not guessed, and only files may be opened: a playlist cannot make it fetch others.
// What comes back is an AU file: rate and channels in a header of a few bytes, then big-endian
// floats, and no sizes.
#include "io/ffmpeg_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "io/child_process.h"

namespace decibit {
namespace {

constexpr std::size_t kAuHeaderBytes = 24, kMostAnnotation = 4096;
constexpr std::uint32_t kAuMagic = 0x2E736E64;  // ".snd"
constexpr std::uint32_t kAuFloat = 6;
constexpr std::size_t kSampleBytes = 4;

std::uint32_t load_big_endian(const std::byte* bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return value;
}

std::vector<std::string> command_line(std::string_view demuxer) {
  return {"ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error",
          // the input
          "-protocol_whitelist", "file,pipe", "-f", std::string(demuxer), "-i", "file:/dev/fd/0",
          // the output
          "-map", "0:a:0", "-map_metadata", "-1", "-bitexact", "-c:a", "pcm_f32be", "-f", "au",
          "pipe:1"};
}

class FfmpegDecoder : public AudioDecoder {
 public:
  FfmpegDecoder(std::shared_ptr<const ByteSource> file, const AudioContainer& container,
                const Reporter& reporter)
      : file_(std::move(file)), container_(container), reporter_(reporter) {}

  int sample_rate_hz() const override { return sample_rate_hz_; }
  int channels() const override { return channels_; }
  std::optional<std::string> loss() const override { return loss_; }

  Status open() {
    child_.reset();
    loss_.reset();
    read_any_ = ended_ = false;
    auto child = ChildProcess::start(command_line(container_.demuxer), file_->descriptor());
    if (!child && child.error().code == ErrorCode::kNotFound)
      return fail(ErrorCode::kBadInput,
                  fmt::format("{} is {}, which needs ffmpeg, and there is none", file_->name(),
                              container_.name),
                  "install ffmpeg (apt install ffmpeg), or convert the file to WAV or FLAC");
    if (!child) return Unexpected(child.error());
    child_ = std::make_unique<ChildProcess>(std::move(*child));
    return read_header();
  }

  Result<std::size_t> read(std::span<float> out) override {
    if (ended_) return std::size_t{0};
    const auto width = static_cast<std::size_t>(channels_);
    bytes_.resize(out.size() / width * width * kSampleBytes);
    const std::size_t got = TRY(child_->read(bytes_, reporter_));
    const std::size_t frames = got / (width * kSampleBytes);
    for (std::size_t i = 0; i < frames * width; ++i)
      out[i] = std::bit_cast<float>(load_big_endian(bytes_.data() + i * kSampleBytes));
    read_any_ = read_any_ || frames > 0;
    if (got < bytes_.size()) TRY(see_how_it_ended());
    return frames;
  }
  Status rewind() override {
    const std::pair before(sample_rate_hz_, channels_);
    TRY(open());
    if (before == std::pair(sample_rate_hz_, channels_)) return {};
    return fail(ErrorCode::kBadInput, fmt::format("{} changes while it is read", file_->name()));
  }

 private:
  Status read_header() {
    std::array<std::byte, kAuHeaderBytes> header;
    const std::size_t got = TRY(child_->read(header, reporter_));
    if (got < header.size()) return see_how_it_ended();
    const std::uint32_t begin = load_big_endian(header.data() + 4);
    const std::uint32_t rate = load_big_endian(header.data() + 16);
    const std::uint32_t width = load_big_endian(header.data() + 20);
    if (load_big_endian(header.data()) != kAuMagic || begin < kAuHeaderBytes ||
        begin > kMostAnnotation || load_big_endian(header.data() + 12) != kAuFloat || rate == 0 ||
        rate > INT32_MAX || width == 0 || width > UINT16_MAX)
      return fail(
          ErrorCode::kBadInput,
          fmt::format("{}: ffmpeg does not give the samples it was asked for", file_->name()));
    sample_rate_hz_ = static_cast<int>(rate);
    channels_ = static_cast<int>(width);
    bytes_.resize(begin - kAuHeaderBytes);
    TRY(child_->read(bytes_, reporter_));
    return {};
  }

  /// ffmpeg goes on behind damage and says so on its way; what it gave counts.
  Status see_how_it_ended() {
    ended_ = true;
    const bool well = TRY(child_->succeeded(reporter_));
    std::string complaint = child_->last_complaint();
    if (well && complaint.empty() && read_any_) return {};
    if (complaint.empty()) complaint = well ? "it holds no sound" : "it gives no reason";
    if (read_any_) {
      loss_ = "ffmpeg says: " + complaint;
      return {};
    }
    return fail(ErrorCode::kBadInput, fmt::format("{}, {}, cannot be decoded: {}", file_->name(),
                                                  container_.name, complaint));
  }

  std::shared_ptr<const ByteSource> file_;
  const AudioContainer container_;
  const Reporter& reporter_;
  std::unique_ptr<ChildProcess> child_;
  std::vector<std::byte> bytes_;
  int sample_rate_hz_ = 0, channels_ = 0;
  bool read_any_ = false, ended_ = false;
  std::optional<std::string> loss_;
};

}  // namespace

Result<std::unique_ptr<AudioDecoder>> open_with_ffmpeg(std::shared_ptr<const ByteSource> file,
                                                       const AudioContainer& container,
                                                       const Reporter& reporter) {
  if (file->descriptor() < 0)
    return fail(ErrorCode::kBadInput,
                fmt::format("{} is {}, which needs a file", file->name(), container.name));
  auto decoder = std::make_unique<FfmpegDecoder>(std::move(file), container, reporter);
  TRY(decoder->open());
  return std::unique_ptr<AudioDecoder>(std::move(decoder));
}

}  // namespace decibit
