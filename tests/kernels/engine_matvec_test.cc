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
          for (const std::int64_t m : {1, 2, 3, 4, 5, 7}) {
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

// A few formats that between them take every path of the walk over rows.
std::vector<Format> some_formats() {
  return {{WeightKind::kBF16, 16, 0, Element::kF32},  {WeightKind::kMxfp8, 8, 5, Element::kF32},
          {WeightKind::kNvfp4, 4, 4, Element::kF32},  {WeightKind::kAffine, 1, 5, Element::kBF16},
          {WeightKind::kAffine, 4, 6, Element::kF16}, {WeightKind::kAffine, 5, 7, Element::kF32}};
}

template <class Body>
void for_some(const Body& body) {
  for (const KernelTable* table : supported_tables())
    for (const Format& f : some_formats())
      for (const Input input : {Input::kF32, Input::kI16, Input::kI8}) {
        const Matrix matrix(f, 11, 640, 3);
        if (!table->matvec->supports(matrix.w, input)) continue;
        body(*table->matvec, matrix.w, input,
             fmt::format("{} {} input {}", table->name, describe(f), static_cast<int>(input)));
      }
}

TEST(Matvec, DoesNotDependOnHowWorkIsDivided) {
  for_some([](const Matvec& matvec, const Weights& w, Input input, const std::string& what) {
    constexpr std::int64_t kM = 8;
    const std::vector<float> x = activations(kM, w.k, 4);
    const std::vector<float> all = product(matvec, w, input, x, kM);
    for (std::int64_t n0 = 0; n0 < w.n; n0 += 4)
      for (const std::int64_t n1 : {n0 + 1, std::min(n0 + 6, w.n)}) {
        const std::vector<float> part = product(matvec, w, input, x, {kM, w.k, w.n, n0, n1});
        for (std::int64_t n = 0; n < w.n; ++n)
          for (std::int64_t m = 0; m < kM; ++m) {
            const auto at = static_cast<std::size_t>(m * w.n + n);
            ASSERT_EQ(part[at], n >= n0 && n < n1 ? all[at] : 7) << what;
          }
      }
    for (std::int64_t m = 0; m < kM; ++m) {  // nor on which other rows of x there are
      const std::vector<float> row(x.begin() + m * w.k, x.begin() + (m + 1) * w.k);
      const std::vector<float> alone = product(matvec, w, input, row, 1);
      for (std::int64_t n = 0; n < w.n; ++n)
        ASSERT_EQ(alone[static_cast<std::size_t>(n)], all[static_cast<std::size_t>(m * w.n + n)])
            << what << " row " << m;
    }
  });
}

TEST(Matvec, HonoursStridesBiasAndAdd) {
  for_some([](const Matvec& matvec, const Weights& w, Input input, const std::string& what) {
    constexpr std::int64_t kM = 3;
    const std::int64_t x_stride = w.k + 5, y_stride = w.n + 3;
    std::vector<float> spaced = activations(kM, x_stride, 4), x;
    for (std::int64_t m = 0; m < kM; ++m)
      x.insert(x.end(), spaced.begin() + m * x_stride, spaced.begin() + m * x_stride + w.k);
    spaced.resize(static_cast<std::size_t>((kM - 1) * x_stride + w.k));
    spaced.shrink_to_fit();
    const std::vector<float> bias = activations(1, w.n, 5);
    const std::vector<float> plain = product(matvec, w, input, x, kM);
    const std::vector<float> y =
        product(matvec, w, input, spaced, {kM, x_stride, y_stride, 0, w.n, bias.data(), true});
    for (std::int64_t m = 0; m < kM; ++m)
      for (std::int64_t n = 0; n < y_stride; ++n) {
        const auto at = static_cast<std::size_t>(m * y_stride + n);
        if (at >= y.size()) continue;
        if (n >= w.n) {
          ASSERT_EQ(y[at], 7) << what;
        } else {
          const float want = 7 + (plain[static_cast<std::size_t>(m * w.n + n)] +
                                  bias[static_cast<std::size_t>(n)]);
          ASSERT_NEAR(y[at], want, 1e-5 * (1 + std::fabs(want))) << what;
        }
      }
  });
}

TEST(Matvec, KeepsNonFiniteActivationsVisible) {
  for_some([](const Matvec& matvec, const Weights& w, Input input, const std::string& what) {
    for (const float odd :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
          -std::numeric_limits<float>::infinity()})
      for (const std::int64_t k : {std::int64_t{0}, w.k / 2 + 1, w.k - 1}) {
        std::vector<float> x = activations(5, w.k, 4);
        x[static_cast<std::size_t>(2 * w.k + k)] = odd;
        const std::vector<float> y = product(matvec, w, input, x, 5);
        for (std::int64_t m = 0; m < 5; ++m)
          for (std::int64_t n = 0; n < w.n; ++n)
            ASSERT_EQ(std::isfinite(y[static_cast<std::size_t>(m * w.n + n)]), m != 2)
                << what << " x[2, " << k << "] = " << odd << ", y[" << m << ", " << n << "]";
      }
  });
}

TEST(Matvec, KeepsNonFiniteWeightsVisible) {
  for (const KernelTable* table : supported_tables())
    for (const Format& f : all_formats())
      for (const Input input : {Input::kF32, Input::kI16, Input::kI8}) {
        if (!f.dense() && f.group_shift > 5) continue;
        const std::int64_t k = f.dense() ? 70 : 96;
        Matrix matrix(f, 4, k, 3);
        if (!table->matvec->supports(matrix.w, input)) continue;
        // The last element, or scale, of row 1.
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const std::int64_t groups = matrix.w.groups();
        if (f.kind == WeightKind::kF32) put(Element::kF32, nan, matrix.data.data(), 2 * k - 1);
        if (f.kind == WeightKind::kF16) put(Element::kF16, nan, matrix.data.data(), 2 * k - 1);
        if (f.kind == WeightKind::kBF16) put(Element::kBF16, nan, matrix.data.data(), 2 * k - 1);
        if (f.affine()) put(f.scale, nan, matrix.scales.data(), 2 * groups - 1);
        if (f.kind == WeightKind::kMxfp4) matrix.scales.data()[2 * groups - 1] = 0xFF;
        if (f.kind == WeightKind::kNvfp4) matrix.scales.data()[2 * groups - 1] = 0xFF;
        if (f.kind == WeightKind::kMxfp8) matrix.data.data()[2 * k - 1] = 0xFF;
        const std::vector<float> y =
            product(*table->matvec, matrix.w, input, activations(1, k, 4), 1);
        for (std::size_t n = 0; n < 4; ++n)
          ASSERT_EQ(std::isfinite(y[n]), n != 1) << table->name << " " << describe(f);
      }
}

TEST(Matvec, TakesEveryE4m3Code) {
  for (const KernelTable* table : fast_tables()) {
    const Format f = {WeightKind::kMxfp8, 8, 5, Element::kF32};
    Matrix matrix(f, 1, 32, 1);
    matrix.scales.data()[0] = 127;
    std::vector<float> x(32, 0.0f);
    for (int code = 0; code < 256; ++code) {
      std::memset(matrix.data.data(), 0, 32);
      const auto at = static_cast<std::size_t>(code % 32);
      matrix.data.data()[at] = static_cast<std::uint8_t>(code);
      x.assign(32, 0.0f);
      x[at] = 1;
      const float got = product(*table->matvec, matrix.w, Input::kF32, x, 1)[0];
      const float want = product(reference(), matrix.w, Input::kF32, x, 1)[0];
      if (std::isnan(want)) {
        EXPECT_TRUE(std::isnan(got)) << code;
      } else {
        EXPECT_EQ(got, want) << code;
      }
    }
  }
}

TEST(Matvec, TakesEveryMxScale) {
  for (const KernelTable* table : fast_tables())
    for (const int bits : {4, 8}) {
      const Format f = {bits == 4 ? WeightKind::kMxfp4 : WeightKind::kMxfp8, bits, 5,
                        Element::kF32};
      Matrix matrix(f, 1, 32, 1);
      const std::vector<float> x = activations(1, 32, 2);
      for (int byte = 0; byte < 240; ++byte) {  // beyond, parts of the sum overflow
        matrix.scales.data()[0] = static_cast<std::uint8_t>(byte);
        const double got = product(*table->matvec, matrix.w, Input::kF32, x, 1)[0];
        const double want = product(reference(), matrix.w, Input::kF32, x, 1)[0];
        EXPECT_NEAR(got, want, 1e-5 * std::fabs(want) + 0x1p-110) << bits << " byte " << byte;
      }
    }
}

TEST(Matvec, SharesInputsBetweenWeightsOfOneLayout) {
  for (const KernelTable* table : supported_tables()) {
    const Format f = {WeightKind::kAffine, 4, 6, Element::kBF16};
    const Format other_scales = {WeightKind::kAffine, 4, 6, Element::kF32};
    const Matrix a(f, 5, 256, 1), b(other_scales, 9, 256, 2);
    for (const Input input : {Input::kF32, Input::kI16, Input::kI8}) {
      ASSERT_EQ(table->matvec->layout(a.w, input), table->matvec->layout(b.w, input));
      const std::vector<float> x = activations(2, 256, 4);
      AlignedInput prepared(table->matvec->input_bytes(a.w, input, 2));
      table->matvec->prepare(a.w, input, x.data(), 256, 2, prepared.bytes);
      std::vector<float> y(18);
      table->matvec->multiply({&b.w, prepared.bytes, 2, nullptr, y.data(), 9, 0, 9, false}, input);
      EXPECT_EQ(y, product(*table->matvec, b.w, input, x, 2));
    }
  }
}

TEST(Matvec, RefusesIntegersForWhatTheyCannotHold) {
  for (const KernelTable* table : supported_tables())
    for (const Format& f : all_formats()) {
      const Matrix matrix(f, 1, 128, 1);
      EXPECT_TRUE(table->matvec->supports(matrix.w, Input::kF32));
      const bool integers = !f.dense() && f.kind != WeightKind::kMxfp8;
      EXPECT_EQ(table->matvec->supports(matrix.w, Input::kI16), integers);
      EXPECT_EQ(table->matvec->supports(matrix.w, Input::kI8), integers);
    }
}

// int16 activations are far finer than bf16's rounding (1.7e-3), also beside large channels.
TEST(Matvec, IntegerActivationsKeepTheirErrors) {
  const Format f = {WeightKind::kAffine, 4, 6, Element::kF32};
  const std::int64_t k = 2048, n = 64;
  const Matrix matrix(f, n, k, 1);
  for (const float outlier : {1.0f, 50.0f, 1000.0f}) {
    std::vector<float> x = activations(1, k, 2);
    for (const std::size_t channel : {100u, 700u, 1300u, 1900u}) x[channel] *= outlier;
    const std::vector<float> exact = product(reference(), matrix.w, Input::kF32, x, 1);
    for (const KernelTable* table : supported_tables())
      for (const Input input : {Input::kI16, Input::kI8}) {
        const std::vector<float> y = product(*table->matvec, matrix.w, input, x, 1);
        double error = 0, size = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
          error += std::pow(double{y[i]} - exact[i], 2);
          size += std::pow(double{exact[i]}, 2);
        }
        // Seen: 2.2e-5 and 6e-3 without outliers, at most 8e-5 and 2e-2 with.
        EXPECT_LT(std::sqrt(error / size), input == Input::kI16 ? 2e-4 : 5e-2)
            << table->name << " outliers x" << outlier;
      }
  }
}

TEST(Matvec, PassesItsSelfTest) {
  for (const KernelTable* table : supported_tables()) EXPECT_EQ(self_test(*table->matvec), "");
}

TEST(Matvec, FailsItsSelfTestWhenWrong) {
  Matvec wrong = *supported_tables().back()->matvec;
  wrong.multiply = [](const isa::MatvecJob& job, Input input) {
    supported_tables().back()->matvec->multiply(job, input);
    job.y[job.n0] += 1;
  };
  EXPECT_NE(self_test(wrong), "");
}

}  // namespace
}  // namespace decibit
