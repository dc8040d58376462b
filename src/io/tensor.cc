// SPDX-License-Identifier: Apache-2.0
// Reads of contiguous tensors, and the gather of strided views (PyTorch, Fortran order).
#include "io/tensor.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"

namespace decibit {
namespace {

// Elements whose bytes span at most this much are read at once. Beyond it only pieces are, so that
// a huge transposed matrix costs one small read per element but never its size in memory.
constexpr std::uint64_t kWholeSpanBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kPieceBytes = std::uint64_t{16} << 10;

/// Bytes of a source.
struct Extent {
  std::uint64_t begin = 0, end = 0;
};

/// The smallest extent with all elements from `first` to `last` of a strided view, or a little
/// more.
Extent extent_of(const Tensor& tensor, std::int64_t first, std::int64_t last) {
  std::int64_t low = 0, high = 0;  // positions, for the dimensions from d on
  std::int64_t inner = 0;          // the last position in all of them
  for (std::size_t d = tensor.shape.size(); d-- > 0;) {
    const std::int64_t size = tensor.shape[d], stride = tensor.strides[d];
    const std::int64_t i = first % size, j = last % size;
    // Where two indices differ, every index of the dimensions inside may occur. Where an outer one
    // differs, that one sets both again.
    low = i == j ? low + i * stride : i * stride;
    high = i == j ? high + j * stride : inner + j * stride;
    inner += (size - 1) * stride;
    first /= size;
    last /= size;
  }
  const auto item = static_cast<std::uint64_t>(size_bytes(tensor.dtype));
  return {tensor.offset + static_cast<std::uint64_t>(low) * item,
          tensor.offset + (static_cast<std::uint64_t>(high) + 1) * item};
}

/// Copies single elements through a window of the source, which stays while elements fall into it.
class Window {
 public:
  Window(const ByteSource& source, Extent extent) : source_(source), extent_(extent) {}

  Status copy(std::uint64_t offset, std::span<std::byte> out) {
    if (offset < begin_ || offset + out.size() > begin_ + bytes_.size()) {
      TRY(move_to(offset, out.size()));
    }
    std::memcpy(out.data(), bytes_.data() + (offset - begin_), out.size());
    return {};
  }

 private:
  Status move_to(std::uint64_t offset, std::size_t item) {
    Extent next = extent_;
    if (extent_.end - extent_.begin > kWholeSpanBytes) {
      // Reading ahead pays only where it would have paid the last time.
      const bool near = !bytes_.empty() && offset > begin_ && offset - begin_ < kPieceBytes;
      next = {offset, std::min(offset + (near ? kPieceBytes : item), extent_.end)};
    }
    begin_ = next.begin;
    bytes_.resize(next.end - next.begin);
    return source_.read(begin_, bytes_);
  }

  const ByteSource& source_;
  Extent extent_;
  std::uint64_t begin_ = 0;
  std::vector<std::byte> bytes_;
};

/// Walks a strided view in row-major order.
class Odometer {
 public:
  Odometer(const Shape& shape, const std::vector<std::int64_t>& strides, std::int64_t first)
      : shape_(shape), strides_(strides), index_(shape.size()) {
    for (std::size_t d = shape.size(); d-- > 0; first /= shape[d]) {
      index_[d] = first % shape[d];
      position_ += index_[d] * strides[d];
    }
  }
  /// Of the current element, in elements from element 0.
  std::uint64_t position() const { return static_cast<std::uint64_t>(position_); }
  void advance() {
    for (std::size_t d = shape_.size(); d-- > 0;) {
      position_ += strides_[d];
      if (++index_[d] < shape_[d]) return;
      position_ -= index_[d] * strides_[d];
      index_[d] = 0;
    }
  }

 private:
  const Shape& shape_;
  const std::vector<std::int64_t>& strides_;
  Shape index_;
  std::int64_t position_ = 0;
};

Status read_strided(const Tensor& tensor, std::int64_t first, std::span<std::byte> out) {
  const auto item = static_cast<std::size_t>(size_bytes(tensor.dtype));
  const std::int64_t last = first + static_cast<std::int64_t>(out.size() / item) - 1;
  Window window(*tensor.source, extent_of(tensor, first, last));
  Odometer odometer(tensor.shape, tensor.strides, first);
  for (; !out.empty(); out = out.subspan(item), odometer.advance())
    TRY(window.copy(tensor.offset + odometer.position() * item, out.first(item)));
  return {};
}

}  // namespace

std::int64_t Tensor::elements() const {
  const auto n = num_elements(shape);
  DECIBIT_CHECK(n.has_value());
  return *n;
}

std::int64_t Tensor::size_bytes() const {
  const auto n = decibit::size_bytes(shape, dtype);
  DECIBIT_CHECK(n.has_value());
  return *n;
}

Status Tensor::read(std::int64_t first, std::span<std::byte> out) const {
  const auto bits = static_cast<std::uint64_t>(size_bits(dtype));
  const std::uint64_t begin_bits = static_cast<std::uint64_t>(first) * bits;
  DECIBIT_CHECK(first >= 0 && begin_bits % 8 == 0);
  DECIBIT_CHECK(begin_bits / 8 + out.size() <= static_cast<std::uint64_t>(size_bytes()));
  if (out.empty()) return {};
  if (strides.empty()) return source->read(offset + begin_bits / 8, out);
  return read_strided(*this, first, out);
}

Result<std::vector<std::byte>> Tensor::read_all() const {
  std::vector<std::byte> bytes(static_cast<std::size_t>(size_bytes()));
  TRY(read(0, bytes));
  return bytes;
}

std::span<const std::byte> Tensor::map() const {
  if (!strides.empty()) return {};
  const auto size = static_cast<std::uint64_t>(size_bytes());
  const std::span<const std::byte> all = source->map();
  if (offset > all.size() || size > all.size() - offset) return {};
  return all.subspan(offset, size);
}

}  // namespace decibit
