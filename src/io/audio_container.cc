// SPDX-License-Identifier: Apache-2.0
#include "io/audio_container.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace decibit {
namespace {

using namespace std::string_view_literals;

// Codecs are named within the first of these, as a rule; those of MP4 within the last, where its
// index is when it was written in one go.
constexpr std::size_t kHeadBytes = 4096, kTailBytes = std::size_t{64} << 10;

struct Codec {
  std::string_view mark, name;
};
constexpr std::array kOggCodecs = {Codec{"\x01vorbis"sv, "Vorbis"}, Codec{"OpusHead"sv, "Opus"},
                                   Codec{"\x7F"
                                         "FLAC"sv,
                                         "FLAC"},
                                   Codec{"Speex   "sv, "Speex"}};
constexpr std::array kMp4Codecs = {Codec{"mp4a"sv, "AAC"}, Codec{"alac"sv, "ALAC"},
                                   Codec{"Opus"sv, "Opus"}, Codec{"ac-3"sv, "AC-3"}};
constexpr std::array kMatroskaCodecs = {Codec{"A_OPUS"sv, "Opus"}, Codec{"A_VORBIS"sv, "Vorbis"},
                                        Codec{"A_AAC"sv, "AAC"}, Codec{"A_FLAC"sv, "FLAC"}};

struct Kind {
  std::size_t offset;
  std::string_view mark;
  std::string_view name;
  std::string_view demuxer = {};  // ffmpeg's name for it
  bool sndfile = false;
  std::span<const Codec> codecs = {};
};

// The first row that matches decides.
constexpr std::array kKinds = {
    Kind{8, "WAVE"sv, "a WAV file", "wav", true},
    Kind{8, "AVI "sv, "an AVI file", "avi"},
    Kind{8, "WEBP"sv, "a WebP picture"},
    Kind{0, "riff"sv, "a Wave64 file", "w64", true},
    Kind{8, "AIFF"sv, "an AIFF file", "aiff", true},
    Kind{8, "AIFC"sv, "an AIFF file", "aiff", true},
    Kind{0, ".snd"sv, "an AU file", "au", true},
    Kind{0, "caff"sv, "a CAF file", "caf", true},
    Kind{0, "fLaC"sv, "a FLAC file", "flac", true},
    Kind{0, "OggS"sv, "an Ogg file", "ogg", true, kOggCodecs},
    Kind{0, "ID3"sv, "an MP3 file", "mp3", true},
    Kind{4, "ftyp"sv, "an MP4 file", "mov", false, kMp4Codecs},
    Kind{4, "moov"sv, "a QuickTime file", "mov", false, kMp4Codecs},
    Kind{4, "mdat"sv, "a QuickTime file", "mov", false, kMp4Codecs},
    Kind{0, "\x1A\x45\xDF\xA3"sv, "a Matroska or WebM file", "matroska", false, kMatroskaCodecs},
    Kind{0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, "a Windows Media file", "asf"},
    Kind{0, "FLV"sv, "a Flash video", "flv"},
    Kind{0, "#!AMR"sv, "an AMR file", "amr"},
    Kind{0, "wvpk"sv, "a WavPack file", "wv"},
    Kind{0, "MAC "sv, "a Monkey's Audio file", "ape"},
    Kind{0, "TTA1"sv, "a True Audio file", "tta"},
    Kind{0, "\x00\x00\x01\xBA"sv, "an MPEG video", "mpeg"},
    Kind{0, "MThd"sv, "a MIDI file, which holds notes and no sound"},
    Kind{0, "\xFF\xD8\xFF"sv, "a JPEG picture"},
    Kind{0, "\x89PNG"sv, "a PNG picture"},
    Kind{0, "GIF8"sv, "a GIF picture"},
    Kind{0, "%PDF"sv, "a PDF document"},
    Kind{0, "PK\x03\x04"sv, "a zip archive"},
    Kind{0, "\x1F\x8B"sv, "a gzip archive"},
    Kind{0,
         "\x7F"
         "ELF"sv,
         "a program"},
};

std::string read_head(const ByteSource& file) {
  std::string head(std::min<std::uint64_t>(file.size_bytes(), kHeadBytes), '\0');
  if (!file.read(0, std::as_writable_bytes(std::span(head)))) head.clear();
  return head;
}

std::string read_tail(const ByteSource& file) {
  std::string tail(std::min<std::uint64_t>(file.size_bytes(), kTailBytes), '\0');
  if (!file.read(file.size_bytes() - tail.size(), std::as_writable_bytes(std::span(tail))))
    tail.clear();
  return tail;
}

unsigned byte_at(std::string_view head, std::size_t at) {
  return static_cast<unsigned char>(head[at]);
}

/// The head of an MPEG audio frame: 11 bits set, then version, layer (0: ADTS, which is AAC), bit
/// rate and sample rate, whose largest values mean nothing.
std::optional<AudioContainer> identify_mpeg_frame(std::string_view head) {
  if (head.size() < 4 || byte_at(head, 0) != 0xFF || byte_at(head, 1) < 0xE0) return std::nullopt;
  const unsigned version = byte_at(head, 1) >> 3 & 3u, layer = byte_at(head, 1) >> 1 & 3u;
  if (layer == 0) {
    if ((byte_at(head, 1) & 0xF0u) != 0xF0) return std::nullopt;
    return AudioContainer{"an AAC file (ADTS)", "aac", false};
  }
  if (version == 1 || byte_at(head, 2) >> 4 == 15 || (byte_at(head, 2) >> 2 & 3u) == 3)
    return std::nullopt;
  return AudioContainer{layer == 1 ? "an MP3 file" : "an MPEG audio file", "mp3", true};
}

/// Packets of 188 bytes, each beginning with a G.
bool is_transport_stream(std::string_view head) {
  constexpr std::size_t kPacket = 188;
  return head.size() > 2 * kPacket && head[0] == 'G' && head[kPacket] == 'G' &&
         head[2 * kPacket] == 'G';
}

bool is_text(std::string_view head) {
  return !head.empty() && std::ranges::none_of(head, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
  });
}

std::string described(const Kind& kind, std::string_view head, const ByteSource& file) {
  if (kind.codecs.empty()) return std::string(kind.name);
  const std::string tail = read_tail(file);
  for (const std::string_view part : {head, std::string_view(tail)})
    for (const Codec& codec : kind.codecs)
      if (part.find(codec.mark) != std::string_view::npos)
        return fmt::format("{} with {}", kind.name, codec.name);
  return std::string(kind.name);
}

}  // namespace

AudioContainer identify_audio(const ByteSource& file) {
  const std::string bytes = read_head(file);
  const std::string_view head = bytes;
  for (const Kind& kind : kKinds) {
    if (head.size() < kind.offset || !head.substr(kind.offset).starts_with(kind.mark)) continue;
    return {described(kind, head, file), kind.demuxer, kind.sndfile};
  }
  if (const auto mpeg = identify_mpeg_frame(head)) return *mpeg;
  if (is_transport_stream(head)) return {"an MPEG transport stream", "mpegts", false};
  if (head.empty()) return {"empty", {}, false};
  if (is_text(head)) return {"text", {}, true};  // NIST's headers are text too
  return {"data of an unknown kind", {}, true};
}

}  // namespace decibit
