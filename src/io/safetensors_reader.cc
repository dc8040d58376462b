// SPDX-License-Identifier: Apache-2.0
// Reads the header of a safetensors file and proves every offset in it before anything uses one.
#include <fmt/format.h>

#include <algorithm>

#include "io/json.h"
#include "io/little_endian.h"
#include "io/safetensors.h"

namespace decibit {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeader = 99'999'999;  // MLX's limit
constexpr std::size_t kMaxDimensions = 64;

constexpr const char* kCutOff = "fetch the file again: the download was probably cut off";

Unexpected bad(const ByteSource& source, std::string_view what, std::string hint = {}) {
  return fail(ErrorCode::kBadInput, fmt::format("{}: {}", source.name(), what), std::move(hint));
}

Result<std::string> read_header(const ByteSource& source) {
  const std::uint64_t size = source.size_bytes();
  if (size < kLengthBytes)
    return bad(source,
               fmt::format("a safetensors file starts with 8 bytes of header length, but "
                           "this one has {} bytes in all",
                           size),
               kCutOff);
  std::string raw(kLengthBytes, '\0');
  TRY(source.read(0, std::as_writable_bytes(std::span(raw))));
  if (raw == "version ")
    return bad(source, "it is a Git LFS pointer, not the file itself", "run git lfs pull");
  const std::uint64_t length = load_u64(raw, 0);
  if (length < 1 || length > kMaxHeader)
    return bad(source, fmt::format("header length {} is outside of 1 to {}: this is no safetensors "
                                   "file",
                                   length, kMaxHeader));
  if (length > size - kLengthBytes)
    return bad(source,
               fmt::format("the header should have {} bytes, but only {} follow", length,
                           size - kLengthBytes),
               kCutOff);
  std::string header(static_cast<std::size_t>(length), '\0');
  TRY(source.read(kLengthBytes, std::as_writable_bytes(std::span(header))));
  return header;
}

Result<std::map<std::string, std::string>> parse_metadata(const ByteSource& source,
                                                          const Json& json) {
  std::map<std::string, std::string> metadata;
  if (json.is_null()) return metadata;
  if (!json.is_object()) return bad(source, "__metadata__ is neither an object nor null");
  for (const auto& [key, value] : *json.object()) {
    if (!value.is_string())
      return bad(source, fmt::format("__metadata__ \"{}\" is not a string", key));
    metadata[key] = *value.string();
  }
  return metadata;
}

/// One header entry; `begin` and `end` count from the first data byte.
struct Span {
  std::uint64_t begin = 0, end = 0;
  std::size_t tensor = 0;
};

class EntryParser {
 public:
  EntryParser(std::shared_ptr<const ByteSource> source, std::uint64_t data_begin)
      : source_(std::move(source)),
        data_begin_(data_begin),
        data_bytes_(source_->size_bytes() - data_begin) {}

  Status parse(const std::string& tensor_name, const Json& entry) {
    Tensor tensor;
    tensor.name = tensor_name;
    tensor.source = source_;
    tensor.dtype = TRY(parse_dtype(tensor_name, entry.find("dtype")));
    tensor.shape = TRY(parse_shape(tensor_name, entry.find("shape")));
    const Span span = TRY(parse_offsets(tensor_name, entry.find("data_offsets")));
    TRY(check_size(tensor, span.end - span.begin));
    if (span.end > data_bytes_)
      return bad_tensor(tensor_name,
                        fmt::format("its data end at byte {}, but the file has {} "
                                    "bytes of data",
                                    span.end, data_bytes_),
                        kCutOff);
    tensor.offset = data_begin_ + span.begin;
    spans_.push_back({span.begin, span.end, tensors_.size()});
    tensors_.push_back(std::move(tensor));
    return {};
  }

  /// No two tensors may share bytes. Returns the bytes that belong to none.
  Result<std::uint64_t> check_layout() {
    std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t used = 0;
    const Span* previous = nullptr;
    for (const Span& span : spans_) {
      if (span.begin == span.end) continue;
      if (previous != nullptr && span.begin < previous->end)
        return bad_tensor(
            tensors_[span.tensor].name,
            fmt::format("its bytes {} to {} overlap those of {}, {} to {}", span.begin, span.end,
                        tensors_[previous->tensor].name, previous->begin, previous->end));
      used += span.end - span.begin;
      previous = &span;
    }
    return data_bytes_ - used;
  }

  std::vector<Tensor> take_sorted() && {
    std::sort(tensors_.begin(), tensors_.end(),
              [](const Tensor& a, const Tensor& b) { return a.name < b.name; });
    return std::move(tensors_);
  }

 private:
  Unexpected bad_tensor(std::string_view tensor, std::string_view what,
                        std::string hint = {}) const {
    return bad(*source_, fmt::format("tensor {}: {}", tensor, what), std::move(hint));
  }

  Result<DType> parse_dtype(std::string_view tensor, const Json* json) const {
    if (json == nullptr || !json->is_string()) return bad_tensor(tensor, "it has no \"dtype\"");
    const auto dtype = dtype_from_name(*json->string());
    if (!dtype)
      return bad_tensor(tensor, fmt::format("the dtype \"{}\" is unknown", *json->string()));
    return *dtype;
  }

  Result<Shape> parse_shape(std::string_view tensor, const Json* json) const {
    if (json == nullptr || !json->is_array()) return bad_tensor(tensor, "it has no \"shape\"");
    if (json->array()->size() > kMaxDimensions)
      return bad_tensor(tensor, fmt::format("it has {} dimensions; at most {} are read",
                                            json->array()->size(), kMaxDimensions));
    Shape shape;
    for (const Json& dimension : *json->array()) {
      if (!dimension.is_integer() || *dimension.integer() < 0)
        return bad_tensor(tensor, fmt::format("{} is no dimension", dimension.dump(-1)));
      shape.push_back(*dimension.integer());
    }
    return shape;
  }

  Result<Span> parse_offsets(std::string_view tensor, const Json* json) const {
    const Json::Array* pair = json == nullptr ? nullptr : json->array();
    if (pair == nullptr || pair->size() != 2)
      return bad_tensor(tensor, "\"data_offsets\" is not a list of two numbers");
    const std::int64_t* begin = (*pair)[0].integer();
    const std::int64_t* end = (*pair)[1].integer();
    if (begin == nullptr || end == nullptr || *begin < 0 || *end < *begin)
      return bad_tensor(tensor,
                        fmt::format("\"data_offsets\" {} are no begin and end", json->dump(-1)));
    return Span{static_cast<std::uint64_t>(*begin), static_cast<std::uint64_t>(*end)};
  }

  Status check_size(const Tensor& tensor, std::uint64_t found) const {
    const auto bytes = size_bytes(tensor.shape, tensor.dtype);
    if (!bytes)
      return bad_tensor(tensor.name, fmt::format("{} {} is no size that a file can have",
                                                 name(tensor.dtype), to_string(tensor.shape)));
    if (static_cast<std::uint64_t>(*bytes) != found)
      return bad_tensor(tensor.name,
                        fmt::format("{} {} takes {} bytes, but its offsets hold {}",
                                    name(tensor.dtype), to_string(tensor.shape), *bytes, found));
    return {};
  }

  std::shared_ptr<const ByteSource> source_;
  std::uint64_t data_begin_, data_bytes_;
  std::vector<Tensor> tensors_;
  std::vector<Span> spans_;
};

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): the tensors share it
Result<SafetensorsFile> read_safetensors(std::shared_ptr<const ByteSource> source) {
  const std::string text = TRY(read_header(*source));
  auto header = Json::parse(text, Json::Duplicates::kError);
  if (!header)
    return Unexpected(with_context(std::move(header).error(), source->name() + ": header"));
  if (!header->is_object()) return bad(*source, "the header is no JSON object");

  SafetensorsFile file;
  EntryParser entries(source, kLengthBytes + text.size());
  for (const auto& [key, value] : *header->object()) {
    if (key == "__metadata__") {
      file.metadata = TRY(parse_metadata(*source, value));
    } else {
      TRY(entries.parse(key, value));
    }
  }
  file.unaccounted_bytes = TRY(entries.check_layout());
  file.tensors = std::move(entries).take_sorted();
  return file;
}

Result<SafetensorsFile> open_safetensors(const std::filesystem::path& path) {
  return read_safetensors(TRY(open_file(path)));
}

}  // namespace decibit
