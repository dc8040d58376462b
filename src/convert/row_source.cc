// SPDX-License-Identifier: Apache-2.0
#include "convert/row_source.h"

#include <cstring>
#include <utility>

#include "convert/scratch.h"
#include "core/check.h"

namespace decibit {
namespace {

class TensorRows final : public RowSource {
 public:
  TensorRows(const Tensor& tensor, std::int64_t rows, std::int64_t k)
      : tensor_(tensor), rows_(rows), k_(k) {}
  std::int64_t rows() const override { return rows_; }
  std::int64_t k() const override { return k_; }
  DType dtype() const override { return tensor_.dtype; }
  Status read(std::int64_t first, std::int64_t /*count*/, std::span<std::byte> out) const override {
    return tensor_.read(first * k_, out);
  }

 private:
  const Tensor& tensor_;
  std::int64_t rows_, k_;
};

template <std::size_t kSize>
void transpose(const std::byte* in, std::int64_t height, std::int64_t width, std::byte* out) {
  for (std::int64_t w = 0; w < width; ++w)
    for (std::int64_t h = 0; h < height; ++h)
      std::memcpy(out + (w * height + h) * static_cast<std::int64_t>(kSize),
                  in + (h * width + w) * static_cast<std::int64_t>(kSize), kSize);
}

class TransposedRows final : public RowSource {
 public:
  TransposedRows(RowSourcePtr source, std::int64_t height, std::int64_t width)
      : source_(std::move(source)), height_(height), width_(width) {
    DECIBIT_CHECK(height * width == source_->k());
  }
  std::int64_t rows() const override { return source_->rows(); }
  std::int64_t k() const override { return source_->k(); }
  DType dtype() const override { return source_->dtype(); }
  Status read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const override {
    thread_local std::vector<std::byte> buffer;
    const auto rows = grown(buffer, count * row_bytes());
    TRY(source_->read(first, count, rows));
    for (std::int64_t r = 0; r < count; ++r) {
      const std::byte* in = rows.data() + r * row_bytes();
      std::byte* to = out.data() + r * row_bytes();
      switch (size_bytes(dtype())) {
        case 1:
          transpose<1>(in, height_, width_, to);
          break;
        case 2:
          transpose<2>(in, height_, width_, to);
          break;
        case 4:
          transpose<4>(in, height_, width_, to);
          break;
        default:
          transpose<8>(in, height_, width_, to);
          break;
      }
    }
    return {};
  }

 private:
  RowSourcePtr source_;
  std::int64_t height_, width_;
};

class UnpermutedRows final : public RowSource {
 public:
  UnpermutedRows(RowSourcePtr source, int heads)
      : source_(std::move(source)), head_rows_(source_->rows() / heads) {
    DECIBIT_CHECK(source_->rows() % heads == 0 && head_rows_ % 2 == 0);
  }
  std::int64_t rows() const override { return source_->rows(); }
  std::int64_t k() const override { return source_->k(); }
  DType dtype() const override { return source_->dtype(); }
  Status read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const override {
    for (std::int64_t r = 0; r < count; ++r) {
      const std::int64_t row = first + r, head = row / head_rows_, within = row % head_rows_;
      // Interleaved row 2i is half-split row i, row 2i+1 is row D/2 + i.
      const std::int64_t from = head * head_rows_ + within / 2 + (within % 2) * (head_rows_ / 2);
      TRY(source_->read(from, 1,
                        out.subspan(static_cast<std::size_t>(r * row_bytes()),
                                    static_cast<std::size_t>(row_bytes()))));
    }
    return {};
  }

 private:
  RowSourcePtr source_;
  std::int64_t head_rows_;
};

class DequantizedRows final : public RowSource {
 public:
  DequantizedRows(Weight weight, DType dtype, const KernelTable& kernels)
      : weight_(std::move(weight)), dtype_(dtype), kernels_(kernels) {}
  std::int64_t rows() const override { return weight_.elements() / k(); }
  std::int64_t k() const override { return weight_.shape.back(); }
  DType dtype() const override { return dtype_; }
  Status read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const override {
    thread_local std::vector<std::byte> codes_buffer, scales_buffer, biases_buffer;
    const Scheme& scheme = *weight_.scheme;
    const std::int64_t words = scheme.words_per_row(k()), groups = scheme.groups_per_row(k());
    const auto codes = grown(codes_buffer, count * words * 4);
    TRY(weight_.tensor->read(first * words, codes));
    const auto scales =
        TRY(read_scales(*weight_.scales, first * groups, count * groups, scales_buffer));
    std::span<std::byte> biases;
    if (weight_.biases != nullptr)
      biases = TRY(read_scales(*weight_.biases, first * groups, count * groups, biases_buffer));
    const std::int64_t scale_row = groups * size_bytes(scale_dtype());
    for (std::int64_t r = 0; r < count; ++r)
      kernels_.dequantize_row(scheme, scale_dtype(), k(), codes.data() + r * words * 4,
                              scales.data() + r * scale_row,
                              biases.empty() ? nullptr : biases.data() + r * scale_row, dtype_,
                              out.data() + r * row_bytes());
    return {};
  }

 private:
  /// Affine scales are used in the type of the result.
  DType scale_dtype() const { return weight_.scheme->has_biases() ? dtype_ : DType::kU8; }

  Result<std::span<std::byte>> read_scales(const Tensor& tensor, std::int64_t first,
                                           std::int64_t count,
                                           std::vector<std::byte>& buffer) const {
    const auto out = grown(buffer, count * size_bytes(scale_dtype()));
    if (tensor.dtype == scale_dtype()) {
      TRY(tensor.read(first, out));
      return out;
    }
    std::vector<std::byte> narrow(static_cast<std::size_t>(count * size_bytes(tensor.dtype)));
    TRY(tensor.read(first, narrow));
    kernels_.cast(tensor.dtype, narrow.data(), scale_dtype(), out.data(),
                  static_cast<std::size_t>(count));
    return out;
  }

  Weight weight_;
  DType dtype_;
  const KernelTable& kernels_;
};

class CastRows final : public RowSource {
 public:
  CastRows(RowSourcePtr source, DType dtype, const KernelTable& kernels)
      : source_(std::move(source)), dtype_(dtype), kernels_(kernels) {}
  std::int64_t rows() const override { return source_->rows(); }
  std::int64_t k() const override { return source_->k(); }
  DType dtype() const override { return dtype_; }
  Status read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const override {
    // Not thread_local: two casts may be chained (through F16), and each needs its own input.
    std::vector<std::byte> buffer(static_cast<std::size_t>(count * source_->row_bytes()));
    TRY(source_->read(first, count, buffer));
    kernels_.cast(source_->dtype(), buffer.data(), dtype_, out.data(),
                  static_cast<std::size_t>(count * k()));
    return {};
  }

 private:
  RowSourcePtr source_;
  DType dtype_;
  const KernelTable& kernels_;
};

}  // namespace

std::int64_t RowSource::row_bytes() const { return k() * size_bytes(dtype()); }

RowSourcePtr tensor_rows(const Tensor& tensor) {
  const std::int64_t k = tensor.shape.empty() ? 1 : tensor.shape.back();
  return std::make_shared<TensorRows>(tensor, k == 0 ? 0 : tensor.elements() / k, k);
}

RowSourcePtr outer_rows(const Tensor& tensor) {
  const std::int64_t rows = tensor.shape.empty() ? 1 : tensor.shape.front();
  return std::make_shared<TensorRows>(tensor, rows, rows == 0 ? 0 : tensor.elements() / rows);
}

RowSourcePtr transpose_within_rows(RowSourcePtr source, std::int64_t height, std::int64_t width) {
  if (height == 1 || width == 1) return source;
  return std::make_shared<TransposedRows>(std::move(source), height, width);
}

RowSourcePtr unpermute_rows(RowSourcePtr source, int heads) {
  return std::make_shared<UnpermutedRows>(std::move(source), heads);
}

RowSourcePtr dequantized_rows(const Weight& weight, DType dtype, const KernelTable& kernels) {
  const bool affine = weight.scheme->has_biases();
  return std::make_shared<DequantizedRows>(weight, affine ? weight.scales->dtype : dtype, kernels);
}

RowSourcePtr dequantized_f32_rows(const Weight& weight, const KernelTable& kernels) {
  return std::make_shared<DequantizedRows>(weight, DType::kF32, kernels);
}

RowSourcePtr cast_rows(RowSourcePtr source, DType dtype, bool through_f16,
                       const KernelTable& kernels) {
  if (through_f16 && source->dtype() != DType::kF16)
    source = std::make_shared<CastRows>(std::move(source), DType::kF16, kernels);
  if (source->dtype() == dtype) return source;
  return std::make_shared<CastRows>(std::move(source), dtype, kernels);
}

}  // namespace decibit
