// SPDX-License-Identifier: Apache-2.0
// Writes a safetensors file whose sizes are all known before its data: header first, then data at
// their places, in any order. The header is padded with spaces so that the data start at a multiple
// of 8 bytes, which every reader accepts and the format recommends.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <set>

#include "core/check.h"
#include "io/json.h"
#include "io/safetensors.h"
#include "io/write.h"

namespace decibit {

struct SafetensorsWriter::State {
  int descriptor = -1;
  std::filesystem::path path;
  std::vector<std::uint64_t> offsets;  // absolute
  std::uint64_t data_begin = 0, data_end = 0;
  std::atomic<std::uint64_t> written = 0;

  ~State() {
    if (descriptor >= 0) ::close(descriptor);
  }

  /// After a failed write: a full disk also says how much was needed and is left.
  Unexpected write_error(Error error) const {
    if (error.code == ErrorCode::kResources) {
      struct statvfs disk {};
      const bool known =
          ::statvfs(path.parent_path().empty() ? "." : path.parent_path().c_str(), &disk) == 0;
      const std::uint64_t free = known ? std::uint64_t{disk.f_bavail} * disk.f_frsize : 0;
      error.message += fmt::format(": the file needs {} bytes", data_end);
      if (known) error.message += fmt::format(", and {} are available there", free);
      error.hint = "free some space, or lift the limit on file sizes (ulimit -f), and run again";
    }
    return Unexpected(std::move(error));
  }
  Unexpected write_error(int error_number) const {
    return write_error(system_error(error_number, "cannot write", path.string()));
  }

  Status write_fully(std::uint64_t offset, std::span<const std::byte> bytes) const {
    auto status = write_all_at(descriptor, offset, bytes, path.string());
    if (!status) return write_error(std::move(status).error());
    return {};
  }
};

namespace {

Json shape_json(const Shape& shape) {
  Json::Array dimensions;
  for (std::int64_t d : shape) dimensions.emplace_back(d);
  return dimensions;
}

struct Header {
  std::string bytes;                   // length field, JSON, padding
  std::vector<std::uint64_t> offsets;  // from the first data byte
  std::uint64_t data_bytes = 0;
};

Header make_header(const std::vector<TensorHeader>& tensors,
                   const std::map<std::string, std::string>& metadata) {
  Json::Object strings;
  for (const auto& [key, value] : metadata) strings.emplace_back(key, value);
  Json::Object root = {{"__metadata__", std::move(strings)}};
  Header header;
  std::set<std::string_view> names;
  for (const TensorHeader& tensor : tensors) {
    const auto size = size_bytes(tensor.shape, tensor.dtype);
    DECIBIT_CHECK(size.has_value() && tensor.name != "__metadata__");
    DECIBIT_CHECK(names.insert(tensor.name).second);
    const std::uint64_t end = header.data_bytes + static_cast<std::uint64_t>(*size);
    root.emplace_back(
        tensor.name,
        Json::Object{{"dtype", name(tensor.dtype)},
                     {"shape", shape_json(tensor.shape)},
                     {"data_offsets", Json::Array{static_cast<std::int64_t>(header.data_bytes),
                                                  static_cast<std::int64_t>(end)}}});
    header.offsets.push_back(header.data_bytes);
    header.data_bytes = end;
  }
  std::string json = Json(std::move(root)).dump(-1);
  json.append((8 - json.size() % 8) % 8, ' ');
  for (unsigned shift = 0; shift < 64; shift += 8)
    header.bytes += static_cast<char>(std::uint64_t{json.size()} >> shift & 0xFFu);
  header.bytes += json;
  return header;
}

}  // namespace

SafetensorsWriter::SafetensorsWriter() : state_(std::make_unique<State>()) {}
SafetensorsWriter::SafetensorsWriter(SafetensorsWriter&&) noexcept = default;
SafetensorsWriter& SafetensorsWriter::operator=(SafetensorsWriter&&) noexcept = default;
SafetensorsWriter::~SafetensorsWriter() = default;

Result<SafetensorsWriter> SafetensorsWriter::create(
    const std::filesystem::path& path, const std::vector<TensorHeader>& tensors,
    const std::map<std::string, std::string>& metadata) {
  const Header header = make_header(tensors, metadata);
  SafetensorsWriter writer;
  State& state = *writer.state_;
  state.path = path;
  state.descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (state.descriptor < 0) return Unexpected(system_error(errno, "cannot create", path.string()));
  state.data_begin = header.bytes.size();
  state.data_end = state.data_begin + header.data_bytes;
  for (std::uint64_t offset : header.offsets) state.offsets.push_back(state.data_begin + offset);
  auto status = state.write_fully(0, std::as_bytes(std::span(header.bytes)));
  if (!status) {
    std::error_code ignored;  // an empty file must not look like a result
    if (std::filesystem::is_regular_file(path, ignored)) ::unlink(path.c_str());
    return Unexpected(std::move(status).error());
  }
  return writer;
}

std::uint64_t SafetensorsWriter::offset_of(std::size_t index) const {
  DECIBIT_CHECK(index < state_->offsets.size());
  return state_->offsets[index];
}

Status SafetensorsWriter::write_at(std::uint64_t file_offset, std::span<const std::byte> bytes) {
  DECIBIT_CHECK(file_offset >= state_->data_begin && file_offset <= state_->data_end &&
                bytes.size() <= state_->data_end - file_offset);
  TRY(state_->write_fully(file_offset, bytes));
  state_->written += bytes.size();
  return {};
}

Status SafetensorsWriter::finish() {
  DECIBIT_CHECK(state_->written == state_->data_end - state_->data_begin);
  const int descriptor = std::exchange(state_->descriptor, -1);
  if (::close(descriptor) != 0) return state_->write_error(errno);
  return {};
}

}  // namespace decibit
