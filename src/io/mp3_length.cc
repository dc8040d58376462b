// SPDX-License-Identifier: Apache-2.0
// MPEG audio, layer III: frames of 1152 or 576 samples, each with a head of 4 bytes,
//   AAAAAAAA AAABBCCD EEEEFFGH IIJJKLMM
// A all ones; B version (3: MPEG-1, 2: MPEG-2, 0: 2.5), C layer (1: III), D no checksum, E bit
// rate, F sample rate, G padding, I channels (3: mono). The size of a frame follows from E, F and
// G.
#include "io/mp3_length.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace decibit {
namespace {

constexpr std::array kBitRates1 = {0,   32,  40,  48,  56,  64,  80, 96,
                                   112, 128, 160, 192, 224, 256, 320};  // kbit/s
constexpr std::array kBitRates2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
constexpr std::array kRates1 = {44100, 48000, 32000};  // Hz; halved for each later version
constexpr std::uint32_t kSameInAll = 0xFFFE0C00;       // what all frames of a file agree in
constexpr std::uint32_t kAnyBitRate = 9;               // its frames have room for what Xing's holds

struct Head {
  std::uint32_t bits;

  std::uint32_t version() const { return bits >> 19 & 3; }
  bool mpeg1() const { return version() == 3; }
  std::uint32_t bit_rate() const { return bits >> 12 & 15; }
  std::uint32_t rate() const { return bits >> 10 & 3; }
  bool valid() const {
    return bits >> 21 == 0x7FF && version() != 1 && (bits >> 17 & 3) == 1 && bit_rate() != 0 &&
           bit_rate() != 15 && rate() != 3;
  }
  std::uint64_t frame_bytes() const {
    const int kbits = (mpeg1() ? kBitRates1 : kBitRates2)[bit_rate()];
    const int hz = kRates1[rate()] / (mpeg1() ? 1 : version() == 2 ? 2 : 4);
    return static_cast<std::uint64_t>((mpeg1() ? 144'000 : 72'000) * kbits / hz) + (bits >> 9 & 1);
  }
  /// Where Xing's letters stand: behind the side information.
  std::size_t xing_offset() const {
    const bool mono = (bits >> 6 & 3) == 3;
    return mpeg1() ? (mono ? 21 : 36) : (mono ? 13 : 21);
  }
};

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(value >> shift & 0xFF));
  return bytes;
}

/// Reads forward in a file, through a window of it.
class Window {
 public:
  explicit Window(const ByteSource& file) : file_(file) {}

  /// The `count` bytes at `offset`; none when they reach beyond the end.
  Result<std::string_view> at(std::uint64_t offset, std::size_t count) {
    const std::uint64_t size = file_.size_bytes();
    if (offset > size || count > size - offset) return std::string_view();
    if (offset < first_ || offset + count > first_ + window_.size()) {
      window_.resize(std::min<std::uint64_t>(kBytes, size - offset));
      first_ = offset;
      TRY(file_.read(offset, std::as_writable_bytes(std::span(window_))));
    }
    return std::string_view(window_).substr(offset - first_, count);
  }
  Result<Head> head_at(std::uint64_t offset) {
    const std::string_view bytes = TRY(at(offset, 4));
    Head head = {0};
    for (const char c : bytes) head.bits = head.bits << 8 | static_cast<unsigned char>(c);
    return head;
  }

 private:
  static constexpr std::uint64_t kBytes = 64 << 10;
  const ByteSource& file_;
  std::string window_;
  std::uint64_t first_ = 0;
};

/// An ID3v2 tag at the front: "ID3", version, flags, and its size in four times 7 bits.
Result<std::uint64_t> tag_bytes(Window& window) {
  const std::string_view tag = TRY(window.at(0, 10));
  if (!tag.starts_with("ID3")) return std::uint64_t{0};
  std::uint64_t size = 0;
  for (const char c : tag.substr(6)) size = size << 7 | (static_cast<unsigned char>(c) & 0x7Fu);
  const bool footer = (static_cast<unsigned char>(tag[5]) & 0x10u) != 0;
  return size + (footer ? 20 : 10);
}

Result<bool> says_its_length(Window& window, std::uint64_t offset, Head head) {
  const std::string_view xing = TRY(window.at(offset + head.xing_offset(), 4));
  if (xing == "Xing" || xing == "Info") return true;
  const std::string_view vbri = TRY(window.at(offset + 36, 4));
  return vbri == "VBRI";
}

/// Whole frames from `offset` on; what lies between them is passed over.
Result<std::uint32_t> count_frames(Window& window, std::uint64_t offset, std::uint64_t size,
                                   Head first) {
  std::uint32_t frames = 0;
  while (offset + 4 <= size) {
    const Head head = TRY(window.head_at(offset));
    const bool same = head.valid() && ((head.bits ^ first.bits) & kSameInAll) == 0;
    if (same && offset + head.frame_bytes() <= size) ++frames;
    offset += same ? head.frame_bytes() : 1;
  }
  return frames;
}

}  // namespace

Result<Mp3Length> measure_mp3(const ByteSource& file) {
  Window window(file);
  Mp3Length length;
  length.first_byte = TRY(tag_bytes(window));
  const Head first = TRY(window.head_at(length.first_byte));
  if (!first.valid()) return length;
  const bool said = TRY(says_its_length(window, length.first_byte, first));
  if (said) return length;
  const std::uint32_t frames =
      TRY(count_frames(window, length.first_byte, file.size_bytes(), first));
  // No checksum, one bit rate for all, no padding.
  const Head head = {(first.bits & ~0xF200u) | 0x10000u | kAnyBitRate << 12};
  length.frame = big_endian(head.bits);
  length.frame.resize(head.xing_offset(), '\0');
  length.frame += "Xing" + big_endian(1) + big_endian(frames);  // 1: the frames follow
  length.frame.resize(head.frame_bytes(), '\0');
  return length;
}

}  // namespace decibit
