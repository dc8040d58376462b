// SPDX-License-Identifier: Apache-2.0
#include "convert/conv_rows.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <utility>

#include "core/check.h"

namespace decibit {
namespace {

std::span<std::byte> as_bytes(std::vector<float>& values) {
  return std::as_writable_bytes(std::span(values));
}

float* floats(std::span<std::byte> bytes) {
  // Row buffers come from std::vector, so they are aligned for any element type.
  return reinterpret_cast<float*>(bytes.data());
}

Result<std::vector<float>> read_rows(const RowSource& source, std::int64_t first,
                                     std::int64_t count) {
  DECIBIT_CHECK(source.dtype() == DType::kF32);
  std::vector<float> values(static_cast<std::size_t>(count * source.k()));
  TRY(source.read(first, count, as_bytes(values)));
  return values;
}

double norm(const float* values, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(values[i]) * values[i];
  return std::sqrt(sum);
}

/// g / |v|; a channel that is all zero stays so, whatever its g.
double norm_factor(float g, double length) { return length == 0 ? 0 : g / length; }

class F32Rows : public RowSource {
 public:
  F32Rows(std::int64_t rows, std::int64_t k) : rows_(rows), k_(k) {}
  std::int64_t rows() const override { return rows_; }
  std::int64_t k() const override { return k_; }
  DType dtype() const override { return DType::kF32; }

 private:
  std::int64_t rows_, k_;
};

class FoldedConv final : public F32Rows {
 public:
  FoldedConv(RowSourcePtr v, RowSourcePtr g, const ConvShape& shape, ChannelRange channels)
      : F32Rows(shape.out, shape.taps * channels.count),
        v_(std::move(v)),
        g_(std::move(g)),
        shape_(shape),
        channels_(channels) {}
  Status read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const override {
    const std::vector<float> v = TRY(read_rows(*v_, first, count));
    const std::vector<float> g = TRY(read_rows(*g_, first, count));
    float* to = floats(out);
    for (std::int64_t r = 0; r < count; ++r) {
      const float* row = v.data() + r * v_->k();
      const double factor = norm_factor(g[static_cast<std::size_t>(r)], norm(row, v_->k()));
      for (std::int64_t tap = 0; tap < shape_.taps; ++tap)
        for (std::int64_t i = 0; i < channels_.count; ++i)
          *to++ = static_cast<float>(factor * row[tap * shape_.in + channels_.first + i]);
    }
    return {};
  }

 private:
  RowSourcePtr v_, g_;
  ConvShape shape_;
  ChannelRange channels_;
};

/// A tensor computed once, when the first of its rows is asked for.
class Held {
 public:
  template <class Compute>
  Result<const std::vector<float>*> get(Compute compute) const {
    const std::lock_guard lock(mutex_);
    if (!values_) values_ = TRY(compute());
    return &*values_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::optional<std::vector<float>> values_;
};

class FoldedTransposed final : public F32Rows {
 public:
  FoldedTransposed(RowSourcePtr v, RowSourcePtr g, const ConvShape& shape, ChannelRange channels)
      : F32Rows(shape.out, shape.taps * channels.count),
        v_(std::move(v)),
        g_(std::move(g)),
        shape_(shape),
        channels_(channels) {}
  Status read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const override {
    const std::vector<float>& w = *TRY(held_.get([this] { return scaled(); }));
    float* to = floats(out);
    for (std::int64_t o = first; o < first + count; ++o)
      for (std::int64_t tap = 0; tap < shape_.taps; ++tap)
        for (std::int64_t i = 0; i < channels_.count; ++i)
          *to++ = w[static_cast<std::size_t>(
              ((channels_.first + i) * shape_.taps + tap) * shape_.out + o)];
    return {};
  }

 private:
  Result<std::vector<float>> scaled() const {
    std::vector<float> v = TRY(read_rows(*v_, 0, shape_.in));
    const std::vector<float> g = TRY(read_rows(*g_, 0, shape_.in));
    for (std::int64_t i = 0; i < shape_.in; ++i) {
      float* row = v.data() + i * v_->k();
      const double factor = norm_factor(g[static_cast<std::size_t>(i)], norm(row, v_->k()));
      for (std::int64_t e = 0; e < v_->k(); ++e) row[e] = static_cast<float>(factor * row[e]);
    }
    return v;
  }

  RowSourcePtr v_, g_;
  ConvShape shape_;
  ChannelRange channels_;
  Held held_;
};

class UnfoldedConv final : public F32Rows {
 public:
  UnfoldedConv(RowSourcePtr head, RowSourcePtr tail, const ConvShape& shape)
      : F32Rows(shape.out, shape.taps * shape.in),
        head_(std::move(head)),
        tail_(std::move(tail)),
        shape_(shape) {}
  Status read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const override {
    const std::vector<float> head = TRY(read_rows(*head_, first, count));
    std::vector<float> tail;
    if (tail_ != nullptr) tail = TRY(read_rows(*tail_, first, count));
    const std::int64_t head_channels = head_->k() / shape_.taps;
    const std::int64_t tail_channels = shape_.in - head_channels;
    float* to = floats(out);
    const float* from_head = head.data();
    const float* from_tail = tail.data();
    for (std::int64_t block = 0; block < count * shape_.taps; ++block) {
      to = std::copy_n(from_head, head_channels, to);
      from_head += head_channels;
      if (tail_channels == 0) continue;
      to = std::copy_n(from_tail, tail_channels, to);
      from_tail += tail_channels;
    }
    return {};
  }

 private:
  RowSourcePtr head_, tail_;
  ConvShape shape_;
};

class UnfoldedTransposed final : public F32Rows {
 public:
  UnfoldedTransposed(RowSourcePtr rows_by_output, const ConvShape& shape)
      : F32Rows(shape.in, shape.taps * shape.out),
        source_(std::move(rows_by_output)),
        shape_(shape) {}
  Status read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const override {
    const std::vector<float>& w =
        *TRY(held_.get([this] { return read_rows(*source_, 0, shape_.out); }));
    float* to = floats(out);
    for (std::int64_t i = first; i < first + count; ++i)
      for (std::int64_t tap = 0; tap < shape_.taps; ++tap)
        for (std::int64_t o = 0; o < shape_.out; ++o)
          *to++ = w[static_cast<std::size_t>((o * shape_.taps + tap) * shape_.in + i)];
    return {};
  }

 private:
  RowSourcePtr source_;
  ConvShape shape_;
  Held held_;
};

class NormOfRows final : public F32Rows {
 public:
  explicit NormOfRows(RowSourcePtr v) : F32Rows(v->rows(), 1), v_(std::move(v)) {}
  Status read(std::int64_t first, std::int64_t count, std::span<std::byte> out) const override {
    const std::vector<float> v = TRY(read_rows(*v_, first, count));
    for (std::int64_t r = 0; r < count; ++r)
      floats(out)[r] = static_cast<float>(norm(v.data() + r * v_->k(), v_->k()));
    return {};
  }

 private:
  RowSourcePtr v_;
};

}  // namespace

RowSourcePtr folded_conv_rows(RowSourcePtr v, RowSourcePtr g, const ConvShape& shape,
                              ChannelRange channels) {
  return std::make_shared<FoldedConv>(std::move(v), std::move(g), shape, channels);
}

RowSourcePtr folded_transposed_rows(RowSourcePtr v, RowSourcePtr g, const ConvShape& shape,
                                    ChannelRange channels) {
  return std::make_shared<FoldedTransposed>(std::move(v), std::move(g), shape, channels);
}

RowSourcePtr unfolded_conv_rows(RowSourcePtr head, RowSourcePtr tail, const ConvShape& shape) {
  return std::make_shared<UnfoldedConv>(std::move(head), std::move(tail), shape);
}

RowSourcePtr unfolded_transposed_rows(RowSourcePtr head, RowSourcePtr tail,
                                      const ConvShape& shape) {
  return std::make_shared<UnfoldedTransposed>(
      unfolded_conv_rows(std::move(head), std::move(tail), shape), shape);
}

RowSourcePtr norm_of_rows(RowSourcePtr v) { return std::make_shared<NormOfRows>(std::move(v)); }

}  // namespace decibit
