// SPDX-License-Identifier: Apache-2.0
// Only the central directory at the end is believed, as Python's zipfile does; each local header
// must agree with it on name and place. Section numbers are those of APPNOTE.TXT 6.3.10.
#include "io/zip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <set>

#include "io/inflate_source.h"
#include "io/little_endian.h"

namespace decibit {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50, kDirectoryEntry = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50, kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
constexpr std::size_t kLocalBytes = 30, kEntryBytes = 46, kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56, kEnd64LocatorBytes = 20, kMaxComment = 65535;
constexpr std::uint64_t kMaxDirectoryBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kMaxDeflateRatio = 1032;
constexpr unsigned kEncrypted = 1u << 0 | 1u << 6 | 1u << 13;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // "the zip64 record has it"

Unexpected bad(const ByteSource& source, std::string_view what) {
  return fail(ErrorCode::kBadInput, fmt::format("{}: {}", source.name(), what),
              "fetch the file again: it may be damaged or cut off");
}

Result<std::string> read_part(const ByteSource& source, std::uint64_t offset, std::uint64_t size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  TRY(source.read(offset, std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

struct Directory {
  std::uint64_t offset = 0, bytes = 0, entries = 0;
};

/// 4.3.14 and 4.3.15: the zip64 locator stands before the end record, if there is one.
Result<std::optional<Directory>> find_zip64(const ByteSource& source, std::uint64_t end_offset) {
  if (end_offset < kEnd64LocatorBytes) return std::optional<Directory>();
  const std::string locator =
      TRY(read_part(source, end_offset - kEnd64LocatorBytes, kEnd64LocatorBytes));
  if (load_u32(locator, 0) != kEnd64Locator) return std::optional<Directory>();
  const std::uint64_t offset = load_u64(locator, 8);
  if (offset > end_offset || end_offset - offset < kEnd64Bytes)
    return bad(source, "the zip64 record lies outside of the archive");
  const std::string record = TRY(read_part(source, offset, kEnd64Bytes));
  if (load_u32(record, 0) != kEnd64) return bad(source, "the zip64 record is missing");
  return std::optional<Directory>(
      {load_u64(record, 48), load_u64(record, 40), load_u64(record, 32)});
}

/// 4.3.16: the end record, behind which only a comment may follow.
Result<Directory> find_directory(const ByteSource& source) {
  const std::uint64_t size = source.size_bytes();
  if (size < kEndBytes) return bad(source, fmt::format("{} bytes are no zip archive", size));
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(size, kEndBytes + kMaxComment);
  const std::string tail = TRY(read_part(source, size - tail_bytes, tail_bytes));
  for (std::size_t at = tail.size() - kEndBytes + 1; at-- > 0;) {
    if (load_u32(tail, at) != kEnd) continue;
    if (at + kEndBytes + load_u16(tail, at + 20) != tail.size()) continue;
    const std::uint64_t end_offset = size - tail_bytes + at;
    Directory directory{load_u32(tail, at + 16), load_u32(tail, at + 12), load_u16(tail, at + 10)};
    if (const auto zip64 = TRY(find_zip64(source, end_offset))) directory = *zip64;
    if (directory.offset > end_offset || directory.bytes > end_offset - directory.offset)
      return bad(source, "the zip directory lies outside of the archive");
    return directory;
  }
  return bad(source, "no zip directory at its end");
}

/// 4.5.3: fields that are all ones in the entry are in this extra field, in this order.
bool apply_zip64(std::string_view extra, ZipMember& member) {
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const std::size_t end = at + 4 + load_u16(extra, at + 2);
    if (end > extra.size()) return false;
    if (load_u16(extra, at) != 1) {
      at = end;
      continue;
    }
    at += 4;
    for (std::uint64_t* field : {&member.size_bytes, &member.packed_bytes, &member.header_offset}) {
      if (*field != kIn64) continue;
      if (at + 8 > end) return false;
      *field = load_u64(extra, at);
      at += 8;
    }
    return true;
  }
  return true;
}

/// 4.3.12: one entry at `at`, which moves past it.
Result<ZipMember> parse_entry(const ByteSource& source, std::string_view directory,
                              std::size_t& at) {
  if (directory.size() - at < kEntryBytes || load_u32(directory, at) != kDirectoryEntry)
    return bad(source, "the zip directory is damaged");
  const std::size_t name_bytes = load_u16(directory, at + 28);
  const std::size_t extra_bytes = load_u16(directory, at + 30);
  const std::size_t comment_bytes = load_u16(directory, at + 32);
  if (directory.size() - at - kEntryBytes < name_bytes + extra_bytes + comment_bytes)
    return bad(source, "the zip directory is damaged");
  ZipMember member;
  member.name = directory.substr(at + kEntryBytes, name_bytes);
  member.crc = load_u32(directory, at + 16);
  member.packed_bytes = load_u32(directory, at + 20);
  member.size_bytes = load_u32(directory, at + 24);
  member.header_offset = load_u32(directory, at + 42);
  const unsigned flags = load_u16(directory, at + 8);
  const unsigned method = load_u16(directory, at + 10);
  member.deflated = method == 8;
  const bool fields_fit =
      apply_zip64(directory.substr(at + kEntryBytes + name_bytes, extra_bytes), member);
  at += kEntryBytes + name_bytes + extra_bytes + comment_bytes;

  const auto bad_member = [&](std::string_view what) {
    return bad(source, fmt::format("member {}: {}", member.name, what));
  };
  if (!fields_fit) return bad_member("its zip64 field is damaged");
  if ((flags & kEncrypted) != 0) return bad_member("it is encrypted");
  if (method != 0 && method != 8)
    return bad_member(
        fmt::format("compression method {}; supported: 0 (stored), 8 (deflated)", method));
  if (!member.deflated && member.size_bytes != member.packed_bytes)
    return bad_member("it is stored, but its two sizes differ");
  if (member.deflated && member.size_bytes / kMaxDeflateRatio > member.packed_bytes)
    return bad_member(
        fmt::format("{} bytes cannot unpack to {}", member.packed_bytes, member.size_bytes));
  return member;
}

/// 4.3.7: the local header, behind whose name and extra field the data start.
Status locate_data(const ByteSource& source, std::uint64_t limit, ZipMember& member) {
  const auto outside = [&] {
    return bad(source, fmt::format("member {}: its {} bytes lie outside of the archive",
                                   member.name, member.packed_bytes));
  };
  if (member.header_offset > limit || limit - member.header_offset < kLocalBytes) return outside();
  const std::string header = TRY(read_part(source, member.header_offset, kLocalBytes));
  const std::size_t name_bytes = load_u16(header, 26);
  if (load_u32(header, 0) != kLocalHeader || name_bytes != member.name.size())
    return bad(source,
               fmt::format("member {}: it does not start where the directory says", member.name));
  member.data_offset = member.header_offset + kLocalBytes + name_bytes + load_u16(header, 28);
  if (member.data_offset > limit || member.packed_bytes > limit - member.data_offset)
    return outside();
  if (TRY(read_part(source, member.header_offset + kLocalBytes, name_bytes)) != member.name)
    return bad(source, fmt::format("member {}: its own header has another name", member.name));
  return {};
}

Status check_apart(const ByteSource& source, const std::vector<ZipMember>& members) {
  std::vector<const ZipMember*> order;
  std::set<std::string_view> names;
  for (const ZipMember& member : members) {
    order.push_back(&member);
    if (!names.insert(member.name).second)
      return bad(source, fmt::format("two members are called {}", member.name));
  }
  std::sort(order.begin(), order.end(), [](const ZipMember* a, const ZipMember* b) {
    return a->header_offset < b->header_offset;
  });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (order[i]->header_offset < order[i - 1]->data_offset + order[i - 1]->packed_bytes)
      return bad(source,
                 fmt::format("members {} and {} overlap", order[i - 1]->name, order[i]->name));
  return {};
}

/// A stored member: a range of the archive.
class RangeSource : public ByteSource {
 public:
  RangeSource(std::shared_ptr<const ByteSource> archive, std::uint64_t offset, std::uint64_t size,
              std::string name)
      : archive_(std::move(archive)), offset_(offset), size_(size), name_(std::move(name)) {}

  std::uint64_t size_bytes() const override { return size_; }
  const std::string& name() const override { return name_; }
  Status read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > size_ || out.size() > size_ - offset)
      return fail(ErrorCode::kBadInput, fmt::format("{}: {} bytes were expected at byte {} of {}",
                                                    name_, out.size(), offset, size_));
    return archive_->read(offset_ + offset, out);
  }
  std::span<const std::byte> map() const override {
    const std::span<const std::byte> all = archive_->map();
    if (all.empty()) return {};
    return all.subspan(offset_, size_);  // the directory was checked against the archive's size
  }

 private:
  std::shared_ptr<const ByteSource> archive_;
  std::uint64_t offset_, size_;
  std::string name_;
};

}  // namespace

bool looks_like_zip(const ByteSource& source) {
  std::string start(4, '\0');
  return source.size_bytes() >= kEndBytes &&
         source.read(0, std::as_writable_bytes(std::span(start))).has_value() &&
         (load_u32(start, 0) == kLocalHeader || load_u32(start, 0) == kEnd);
}

Result<std::vector<ZipMember>> read_zip_directory(const ByteSource& source) {
  const Directory directory = TRY(find_directory(source));
  if (directory.bytes > kMaxDirectoryBytes || directory.entries > directory.bytes / kEntryBytes)
    return bad(source, fmt::format("a zip directory of {} entries in {} bytes", directory.entries,
                                   directory.bytes));
  const std::string bytes = TRY(read_part(source, directory.offset, directory.bytes));
  std::vector<ZipMember> members;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    ZipMember member = TRY(parse_entry(source, bytes, at));
    TRY(locate_data(source, directory.offset, member));
    members.push_back(std::move(member));
  }
  TRY(check_apart(source, members));
  return members;
}

std::shared_ptr<const ByteSource> open_zip_member(std::shared_ptr<const ByteSource> archive,
                                                  const ZipMember& member) {
  std::string name = fmt::format("{}: {}", archive->name(), member.name);
  if (member.deflated)
    return inflate_source(std::move(archive),
                          {member.data_offset, member.packed_bytes, member.size_bytes, member.crc},
                          std::move(name));
  return std::make_shared<RangeSource>(std::move(archive), member.data_offset, member.size_bytes,
                                       std::move(name));
}

Result<std::string> read_zip_member(std::shared_ptr<const ByteSource> archive,
                                    const ZipMember& member, std::uint64_t limit_bytes) {
  const auto source = open_zip_member(std::move(archive), member);
  if (member.size_bytes > limit_bytes)
    return fail(ErrorCode::kBadInput, fmt::format("{} has {} bytes; at most {} are read",
                                                  source->name(), member.size_bytes, limit_bytes));
  std::string bytes = TRY(read_part(*source, 0, member.size_bytes));
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  if (crc != member.crc)
    return fail(ErrorCode::kBadInput, fmt::format("{}: its CRC-32 is {:08x}, but {:08x} was stored",
                                                  source->name(), crc, member.crc));
  return bytes;
}

}  // namespace decibit
