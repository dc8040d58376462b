// SPDX-License-Identifier: Apache-2.0
#include "io/inflate_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

namespace decibit {
namespace {

constexpr std::size_t kInputBytes = std::size_t{64} << 10;
constexpr int kRawDeflate = -15;  // zip members have no zlib header

/// One pass over the packed bytes, from their beginning.
class Stream {
 public:
  Stream(const ByteSource& archive, const DeflatedRange& range)
      : archive_(archive), range_(range), input_(kInputBytes) {
    ready_ = inflateInit2(&zlib_, kRawDeflate) == Z_OK;
  }
  ~Stream() { inflateEnd(&zlib_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  std::uint64_t position() const { return position_; }

  /// The next out.size() unpacked bytes.
  Status next(std::span<std::byte> out) {
    if (!ready_) return fail(ErrorCode::kResources, "zlib has no memory");
    while (!out.empty()) {
      const std::size_t n = TRY(step(out));
      if (n == 0 && ended_) return fail(ErrorCode::kBadInput, ends_at_message());
      crc_ = crc32_z(crc_, reinterpret_cast<const Bytef*>(out.data()), n);
      position_ += n;
      out = out.subspan(n);
    }
    if (position_ == range_.size_bytes) return check_end();
    return {};
  }

 private:
  /// Unpacks some bytes into `out`; none when input ran out or the stream ended.
  Result<std::size_t> step(std::span<std::byte> out) {
    if (zlib_.avail_in == 0 && !ended_) TRY(refill());
    const auto room = static_cast<uInt>(std::min<std::size_t>(out.size(), 1u << 30));
    zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib_.avail_out = room;
    const int code = ended_ ? Z_STREAM_END : inflate(&zlib_, Z_NO_FLUSH);
    if (code == Z_MEM_ERROR) return fail(ErrorCode::kResources, "zlib has no memory");
    if (code == Z_STREAM_END) {
      ended_ = true;
    } else if (code != Z_OK) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("damaged compressed data after byte {}", position_));
    }
    return room - zlib_.avail_out;
  }

  Status refill() {
    const std::uint64_t left = range_.packed_bytes - packed_read_;
    if (left == 0) return fail(ErrorCode::kBadInput, ends_at_message());
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left, input_.size()));
    TRY(archive_.read(range_.offset + packed_read_, std::span(input_).first(n)));
    packed_read_ += n;
    zlib_.next_in = reinterpret_cast<Bytef*>(input_.data());
    zlib_.avail_in = static_cast<uInt>(n);
    return {};
  }

  Status check_end() {
    std::array<std::byte, 1> extra;
    while (!ended_)
      if (TRY(step(extra)) > 0)
        return fail(
            ErrorCode::kBadInput,
            fmt::format("it unpacks to more than the {} bytes announced", range_.size_bytes));
    if (crc_ != range_.crc)
      return fail(ErrorCode::kBadInput,
                  fmt::format("its CRC-32 is {:08x}, but {:08x} was stored", crc_, range_.crc));
    return {};
  }

  std::string ends_at_message() const {
    return fmt::format("its compressed data end after {} of {} bytes", position_,
                       range_.size_bytes);
  }

  const ByteSource& archive_;
  const DeflatedRange& range_;
  std::vector<std::byte> input_;
  z_stream zlib_ = {};
  bool ready_ = false, ended_ = false;
  std::uint64_t position_ = 0, packed_read_ = 0;
  uLong crc_ = 0;
};

class InflateSource : public ByteSource {
 public:
  InflateSource(std::shared_ptr<const ByteSource> archive, const DeflatedRange& range,
                std::string name)
      : archive_(std::move(archive)), range_(range), name_(std::move(name)) {}

  std::uint64_t size_bytes() const override { return range_.size_bytes; }
  const std::string& name() const override { return name_; }

  Status read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > range_.size_bytes || out.size() > range_.size_bytes - offset)
      return fail(ErrorCode::kBadInput, fmt::format("{}: {} bytes were expected at byte {} of {}",
                                                    name_, out.size(), offset, range_.size_bytes));
    const std::lock_guard lock(mutex_);
    auto status = read_locked(offset, out);
    // A finished or broken stream is of no use any more; hundreds of members may be open.
    if (!status || stream_->position() == range_.size_bytes) stream_.reset();
    if (!status) return Unexpected(with_context(std::move(status).error(), name_));
    return {};
  }

 private:
  Status read_locked(std::uint64_t offset, std::span<std::byte> out) const {
    if (!stream_ || stream_->position() > offset)
      stream_ = std::make_unique<Stream>(*archive_, range_);
    std::vector<std::byte> skipped;
    while (stream_->position() < offset) {
      skipped.resize(std::min<std::uint64_t>(offset - stream_->position(), kInputBytes));
      TRY(stream_->next(skipped));
    }
    return stream_->next(out);
  }

  std::shared_ptr<const ByteSource> archive_;
  DeflatedRange range_;
  std::string name_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<Stream> stream_;  // made by the first read
};

}  // namespace

std::shared_ptr<const ByteSource> inflate_source(std::shared_ptr<const ByteSource> archive,
                                                 const DeflatedRange& range, std::string name) {
  return std::make_shared<InflateSource>(std::move(archive), range, std::move(name));
}

}  // namespace decibit
