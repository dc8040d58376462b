// SPDX-License-Identifier: Apache-2.0
// Products of few rows: every table against the reference, for every scheme, type of scales and
// kind of input. Buffers are exactly as large as the data and begin at odd addresses, so that
// sanitizers see a byte read too far.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/half.h"
#include "kernels/kernel_table.h"
#include "kernels/self_test.h"

namespace decibit {
namespace {

using isa::Element;
using isa::Input;
using isa::Matvec;
using isa::WeightKind;
using isa::Weights;

struct Format {
  WeightKind kind;
  int bits, group_shift;
  Element scale;
  bool dense() const { return kind <= WeightKind::kBF16; }
  bool affine() const { return kind == WeightKind::kAffine; }
};

std::vector<Format> all_formats() {
  std::vector<Format> formats = {
      {WeightKind::kF32, 32, 0, Element::kF32},  {WeightKind::kF16, 16, 0, Element::kF32},
      {WeightKind::kBF16, 16, 0, Element::kF32}, {WeightKind::kMxfp4, 4, 5, Element::kF32},
      {WeightKind::kMxfp8, 8, 5, Element::kF32}, {WeightKind::kNvfp4, 4, 4, Element::kF32}};
  for (const int bits : {1, 2, 3, 4, 5, 6, 8})
    for (const int shift : {5, 6, 7})
      for (const Element scale : {Element::kF32, Element::kF16, Element::kBF16})
        formats.push_back({WeightKind::kAffine, bits, shift, scale});
  return formats;
}

std::string describe(const Format& f) {
  const char* const kinds[] = {"f32", "f16", "bf16", "affine", "mxfp4", "mxfp8", "nvfp4"};
  return fmt::format("{} {}:{} scales {}", kinds[static_cast<int>(f.kind)], f.bits,
                     1 << f.group_shift, static_cast<int>(f.scale));
}

std::size_t size_of(Element e) { return e == Element::kF32 ? 4 : 2; }

/// Bytes at an odd address that end where the allocation ends.
class Bytes {
 public:
  explicit Bytes(std::size_t size = 0) : bytes_(new std::uint8_t[size + 1]), size_(size) {}
  std::uint8_t* data() { return bytes_.get() + 1; }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_;
};

void put(Element e, float value, std::uint8_t* p, std::int64_t index) {
  if (e == Element::kF32) {
    std::memcpy(p + 4 * index, &value, 4);
    return;
  }
  const std::uint16_t half = e == Element::kF16 ? f32_to_f16(value) : f32_to_bf16(value);
  std::memcpy(p + 2 * index, &half, 2);
}

/// Random weights, and the same with every term of the sum made positive: magnitudes().
struct Matrix {
  Format format;
  Bytes data, scales, biases;
  Weights w;

  Matrix(const Format& f, std::int64_t n, std::int64_t k, unsigned seed, bool magnitudes = false)
      : format(f) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    const std::int64_t row_bytes = k * f.bits / 8;
    data = Bytes(static_cast<std::size_t>(n * row_bytes));
    const Element dense = f.kind == WeightKind::kF32   ? Element::kF32
                          : f.kind == WeightKind::kF16 ? Element::kF16
                                                       : Element::kBF16;
    for (std::int64_t i = 0; f.dense() && i < n * k; ++i) {
      const float value = normal(random);
      put(dense, magnitudes ? std::fabs(value) : value, data.data(), i);
    }
    for (std::size_t i = 0; !f.dense() && i < data.size(); ++i) {
      std::uint8_t& code = data.data()[i];
      code = static_cast<std::uint8_t>(random());
      if (f.kind == WeightKind::kMxfp8 && (code & 0x7F) == 0x7F) code ^= 0x40;
      if (f.kind == WeightKind::kMxfp8 && magnitudes) code &= 0x7F;
      if (!f.affine() && f.bits == 4 && magnitudes) code = 0x77;  // 6, the largest
    }
    const std::int64_t groups = f.dense() ? 0 : k >> f.group_shift;
    const std::size_t scale_size = f.affine() ? size_of(f.scale) : 1;
    scales = Bytes(static_cast<std::size_t>(n * groups) * scale_size);
    if (f.affine()) biases = Bytes(scales.size());
    for (std::int64_t i = 0; i < n * groups; ++i) {
      if (f.affine()) {
        const float scale = 0.1f * normal(random);
        const float bias = -scale * static_cast<float>(1 << (f.bits - 1)) + 0.01f * normal(random);
        put(f.scale, magnitudes ? std::fabs(scale) : scale, scales.data(), i);
        put(f.scale, magnitudes ? std::fabs(bias) : bias, biases.data(), i);
      } else if (f.kind == WeightKind::kNvfp4) {
        auto byte = static_cast<std::uint8_t>(random() % 0x7F);
        if (random() % 2 == 0 && !magnitudes) byte |= 0x80;
        scales.data()[i] = byte;
      } else {
        scales.data()[i] = static_cast<std::uint8_t>(120 + random() % 10);
      }
    }
    w = {f.kind,
         f.bits,
         f.group_shift,
         f.scale,
         n,
         k,
         data.data(),
         row_bytes,
         f.dense() ? nullptr : scales.data(),
         f.affine() ? biases.data() : nullptr,
         groups * static_cast<std::int64_t>(scale_size)};
  }
};

std::vector<float> activations(std::int64_t m, std::int64_t k, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> x(static_cast<std::size_t>(m * k));
  for (float& v : x) v = normal(random);
  return x;
}

struct AlignedInput {
  explicit AlignedInput(std::size_t size)
      : bytes(static_cast<std::uint8_t*>(::operator new (size, std::align_val_t{64}))) {}
  ~AlignedInput() { ::operator delete (bytes, std::align_val_t{64}); }
  AlignedInput(const AlignedInput&) = delete;
  AlignedInput& operator=(const AlignedInput&) = delete;
  std::uint8_t* bytes;
};

struct Call {
  std::int64_t m, x_stride, y_stride, n0, n1;
  const float* bias = nullptr;
  bool add = false;
};

/// y, [m, y_stride], which holds 7 everywhere before.
std::vector<float> product(const Matvec& matvec, const Weights& w, Input input,
                           const std::vector<float>& x, const Call& call) {
  AlignedInput prepared(matvec.input_bytes(w, input, call.m));
  matvec.prepare(w, input, x.data(), call.x_stride, call.m, prepared.bytes);
  std::vector<float> y(static_cast<std::size_t>((call.m - 1) * call.y_stride + w.n), 7);
  matvec.multiply(
      {&w, prepared.bytes, call.m, call.bias, y.data(), call.y_stride, call.n0, call.n1, call.add},
      input);
  return y;
}

std::vector<float> product(const Matvec& matvec, const Weights& w, Input input,
                           const std::vector<float>& x, std::int64_t m) {
  return product(matvec, w, input, x, {m, w.k, w.n, 0, w.n});
}

std::vector<const KernelTable*> fast_tables() {
  std::vector<const KernelTable*> tables = supported_tables();
  tables.erase(tables.begin());
  return tables;
}

const Matvec& reference() { return *supported_tables()[0]->matvec; }

// The bound that matvec.h states.
void expect_close(const std::vector<float>& got, const std::vector<float>& want,
                  const std::vector<float>& magnitude, const std::string& what) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double bound = 32 * 0x1p-24 * (double{magnitude[i]} + std::fabs(want[i]));
    ASSERT_NEAR(got[i], want[i], bound) << what << ", y[" << i << "]";
  }
}

std::vector<float> absolute(std::vector<float> x) {
  for (float& v : x) v = std::fabs(v);
  return x;
}

std::vector<std::int64_t> lengths(const Format& f) {
  if (f.dense()) return {1, 7, 64, 129, 320};
  const std::int64_t group = std::int64_t{1} << f.group_shift;
  return {group, 3 * group, 20 * group};
}

TEST(Matvec, EqualsTheReferenceWithinItsBound) {
  for (const KernelTable* table : fast_tables())
    for (const Format& f : all_formats())
      for (const Input input : {Input::kF32, Input::kI16, Input::kI8})
        for (const std::int64_t k : lengths(f)) {
          unsigned seed = 1;
          for (const std::int64_t m : {1, 2, 3, 4, 7}) {
            const std::int64_t n = m % 2 == 0 ? 4 : 3;
            const Matrix matrix(f, n, k, seed), magnitudes(f, n, k, seed, true);
            if (!table->matvec->supports(matrix.w, input)) continue;
            const std::vector<float> x = activations(m, k, seed++);
            expect_close(product(*table->matvec, matrix.w, input, x, m),
                         product(reference(), matrix.w, input, x, m),
                         product(reference(), magnitudes.w, Input::kF32, absolute(x), m),
                         fmt::format("{} {} input {} m={} k={}", table->name, describe(f),
                                     static_cast<int>(input), m, k));
          }
        }
}

TEST(Matvec, TakesLongRows) {  // more groups than are converted at once
  for (const KernelTable* table : fast_tables())
    for (const Format& f : all_formats()) {
      if (f.affine() && (f.group_shift != 5 || f.scale != Element::kBF16)) continue;
      const std::int64_t k = f.dense() ? 9000 : 300 * (std::int64_t{1} << f.group_shift);
      const Matrix matrix(f, 2, k, 5), magnitudes(f, 2, k, 5, true);
      const std::vector<float> x = activations(1, k, 6);
      for (const Input input : {Input::kF32, Input::kI16, Input::kI8})
        if (table->matvec->supports(matrix.w, input))
          expect_close(product(*table->matvec, matrix.w, input, x, 1),
                       product(reference(), matrix.w, input, x, 1),
                       product(reference(), magnitudes.w, Input::kF32, absolute(x), 1),
                       fmt::format("{} {}", table->name, describe(f)));
    }
}

}  // namespace
}  // namespace decibit
