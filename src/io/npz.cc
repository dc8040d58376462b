// SPDX-License-Identifier: Apache-2.0
#include "io/npz.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/little_endian.h"
#include "io/npy_header.h"
#include "io/zip.h"

namespace decibit {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY", kSuffix = ".npy";
constexpr std::size_t kFixedBytes = 12;  // magic, version and the longer of the length fields
constexpr std::uint64_t kMaxHeaderBytes = std::uint64_t{1} << 20;

Unexpected bad(std::string what) { return fail(ErrorCode::kBadInput, std::move(what)); }

struct Npy {
  NpyHeader header;
  std::uint64_t data_offset = 0;
};

Result<Npy> read_npy(const ByteSource& source) {
  std::string start(std::min<std::uint64_t>(kFixedBytes, source.size_bytes()), '\0');
  TRY(source.read(0, std::as_writable_bytes(std::span(start))));
  if (start.size() < kFixedBytes || !start.starts_with(kMagic)) return bad("it is no .npy file");
  const int version = static_cast<unsigned char>(start[kMagic.size()]);
  if (version < 1 || version > 3) return bad(fmt::format("unknown .npy version {}", version));
  const bool short_length = version == 1;
  const std::uint64_t length = short_length ? load_u16(start, 8) : load_u32(start, 8);
  const std::uint64_t begin = short_length ? 10 : 12;
  if (length > kMaxHeaderBytes || length > source.size_bytes() - begin)
    return bad(fmt::format("its header should have {} bytes, but it has {} in all", length,
                           source.size_bytes()));
  std::string text(static_cast<std::size_t>(length), '\0');
  TRY(source.read(begin, std::as_writable_bytes(std::span(text))));
  return Npy{TRY(parse_npy_header(text)), begin + length};
}

Status check_size(const NpyHeader& header, std::uint64_t found) {
  const auto bytes = size_bytes(header.shape, header.dtype);
  if (!bytes)
    return bad(fmt::format("{} {} is no size that a file can have", name(header.dtype),
                           to_string(header.shape)));
  if (static_cast<std::uint64_t>(*bytes) != found)
    return bad(fmt::format("{} {} takes {} bytes, but it has {}", name(header.dtype),
                           to_string(header.shape), *bytes, found));
  return {};
}

/// Column-major: the first dimension varies fastest.
std::vector<std::int64_t> fortran_strides(const Shape& shape) {
  std::vector<std::int64_t> strides;
  std::int64_t stride = 1;
  for (std::int64_t d : shape) {
    strides.push_back(stride);
    stride *= d;
  }
  return strides;
}

Result<Tensor> open_member(std::shared_ptr<const ByteSource> archive, const ZipMember& member) {
  if (!member.name.ends_with(kSuffix)) return bad("it is no .npy file");
  // The header is read through a source of its own: one that was read holds its stream open.
  const auto npy = TRY(read_npy(*open_zip_member(archive, member)));
  TRY(check_size(npy.header, member.size_bytes - npy.data_offset));
  Tensor tensor;
  tensor.name = member.name.substr(0, member.name.size() - kSuffix.size());
  tensor.dtype = npy.header.dtype;
  tensor.shape = npy.header.shape;
  tensor.source = open_zip_member(std::move(archive), member);
  tensor.offset = npy.data_offset;
  if (npy.header.fortran_order && tensor.shape.size() > 1 && tensor.elements() > 0)
    tensor.strides = fortran_strides(tensor.shape);
  return tensor;
}

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): the tensors share it
Result<std::vector<Tensor>> read_npz(std::shared_ptr<const ByteSource> source) {
  std::vector<Tensor> tensors;
  for (const ZipMember& member : TRY(read_zip_directory(*source))) {
    if (member.name.ends_with('/')) continue;  // a folder
    auto tensor = open_member(source, member);
    if (!tensor)
      return Unexpected(with_context(std::move(tensor).error(),
                                     fmt::format("{}: member {}", source->name(), member.name)));
    tensors.push_back(std::move(*tensor));
  }
  std::sort(tensors.begin(), tensors.end(),
            [](const Tensor& a, const Tensor& b) { return a.name < b.name; });
  return tensors;
}

Result<std::vector<Tensor>> open_npz(const std::filesystem::path& path) {
  return read_npz(TRY(open_file(path)));
}

}  // namespace decibit
