// SPDX-License-Identifier: Apache-2.0
// Every table's LSTM against the reference, in double. A recurrence may magnify errors as it likes,
// so each step is held to account by itself: the reference makes it from the h and c that the table
// had before. A gate's sum z errs by less than (hidden + 3) 2^-24 (|gate| + sum |h w|), and no
// function of it is steeper than 1. Buffers have exactly their size, so that a sanitizer sees one
// byte too many.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "kernels/kernel_table.h"
#include "kernels/matrix.h"
#include "kernels/reference/weight_value.h"
#include "quant/element.h"
#include "test_matrix.h"

namespace decibit::testing {
namespace {

using isa::Lstm;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct State {
  std::vector<float> h, c;
};

/// A sequence with its buffers; rows of gates and y are wider than what is read and written.
struct TestSequence {
  const isa::Weights& w;
  std::int64_t hidden, steps;
  std::vector<float> gates;
  State state;

  TestSequence(const isa::Weights& weights, std::int64_t count, std::mt19937& random)
      : w(weights),
        hidden(w.k),
        steps(count),
        gates(normals((steps - 1) * gates_stride() + 4 * hidden, 2, random)),
        state{normals(hidden, 0.5f, random), normals(hidden, 1, random)} {}

  std::int64_t gates_stride() const { return 4 * hidden + 3; }
  std::int64_t y_stride() const { return 2 * hidden; }

  /// Steps [first, last) in the order of time, which runs backwards when `reverse`.
  void run(const Lstm& lstm, const void* unpacked, bool reverse, std::int64_t first,
           std::int64_t last, State& s, std::vector<float>& y) const {
    const std::int64_t row = reverse ? steps - last : first;
    lstm.run({&w, unpacked, hidden, last - first, gates.data() + row * gates_stride(),
              gates_stride(), reverse, y.data() + row * y_stride(), y_stride(), s.h.data(),
              s.c.data()});
  }

  std::vector<float> room_for_y() const {
    return std::vector<float>(static_cast<std::size_t>((steps - 1) * y_stride() + hidden), 7.0f);
  }

  /// y in pieces of so many steps, with the last h and c behind it.
  std::vector<float> run_in_pieces(const Lstm& lstm, bool reverse, std::int64_t piece) const {
    const Unpacked unpacked(lstm, w);
    std::vector<float> y = room_for_y();
    State s = state;
    for (std::int64_t i = 0; i < steps; i += piece)
      run(lstm, unpacked.data(), reverse, i, std::min(i + piece, steps), s, y);
    y.insert(y.end(), s.h.begin(), s.h.end());
    y.insert(y.end(), s.c.begin(), s.c.end());
    return y;
  }

  struct Unpacked {
    std::unique_ptr<void, decltype(&std::free)> bytes;
    Unpacked(const Lstm& lstm, const isa::Weights& w)
        : bytes(std::aligned_alloc(64, (lstm.unpacked_bytes(w) + 127) / 64 * 64), &std::free) {
      lstm.unpack(w, bytes.get());
    }
    const void* data() const { return bytes.get(); }
  };

  /// How far unit u's c and h may be off after the step at row t.
  std::pair<double, double> bounds(std::int64_t t, std::int64_t u, const State& before) const {
    double sum = 0;
    for (std::int64_t g = 0; g < 4; ++g) {
      double size = std::fabs(gates[static_cast<std::size_t>(t * gates_stride() + g * hidden + u)]);
      for (std::int64_t k = 0; k < hidden; ++k)
        size += std::fabs(before.h[static_cast<std::size_t>(k)] *
                          isa::weight_value(w, g * hidden + u, k));
      sum = std::max(sum, size);
    }
    const double z = static_cast<double>(hidden + 8) * 0x1p-24 * sum;
    const double old = std::fabs(before.c[static_cast<std::size_t>(u)]);
    const double c = z * (1.25 + old / 4) + 1e-6 * (1 + old);
    return {c, c + z / 4 + 1e-6};
  }

  void check(const std::string& what) const {
    const Lstm& reference = *find_table("reference")->lstm;
    for (const KernelTable* table : supported_tables()) {
      const Unpacked unpacked(*table->lstm, w);
      for (const bool reverse : {false, true}) {
        std::vector<float> y = room_for_y(), want_y = y;
        State s = state;
        for (std::int64_t i = 0; i < steps; ++i) {
          const State before = s;
          State want = s;
          run(reference, nullptr, reverse, i, i + 1, want, want_y);
          run(*table->lstm, unpacked.data(), reverse, i, i + 1, s, y);
          const std::int64_t t = reverse ? steps - 1 - i : i;
          for (std::int64_t u = 0; u < hidden; ++u) {
            const auto [c_bound, h_bound] = bounds(t, u, before);
            const auto at = static_cast<std::size_t>(u);
            ASSERT_LE(std::fabs(double{s.c[at]} - want.c[at]), c_bound)
                << fmt::format("{} {}: c of unit {} at {}", table->name, what, u, t);
            ASSERT_LE(std::fabs(double{s.h[at]} - want.h[at]), h_bound)
                << fmt::format("{} {}: h of unit {} at {}", table->name, what, u, t);
            ASSERT_EQ(y[static_cast<std::size_t>(t * y_stride() + u)], s.h[at]);
          }
        }
        for (std::int64_t t = 0; t + 1 < steps; ++t)
          for (std::int64_t u = hidden; u < y_stride(); ++u)
            ASSERT_EQ(y[static_cast<std::size_t>(t * y_stride() + u)], 7.0f) << "beyond the row";
      }
    }
  }
};

TEST(EngineLstm, DenseOfEverySize) {
  std::mt19937 random(1);
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (const std::int64_t hidden : {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 100, 128, 130}) {
      const auto m = TestMatrix::dense(dtype, 4 * hidden, hidden, random);
      TestSequence(m.matrix.view(), 3, random)
          .check(fmt::format("{} hidden {}", name(dtype), hidden));
    }
  }
}

TEST(EngineLstm, QuantizedOfEveryScheme) {
  std::mt19937 random(2);
  for (const Scheme& scheme : all_schemes()) {
    for (const std::int64_t groups : {1, 3}) {
      const std::int64_t hidden = groups * scheme.group_size();
      if (hidden > 200) continue;
      const auto m = TestMatrix::quantized(scheme, DType::kBF16, 4 * hidden, hidden, random);
      TestSequence(m.matrix.view(), 2, random)
          .check(fmt::format("{} hidden {}", to_string(scheme), hidden));
    }
  }
}

TEST(EngineLstm, SameBitsInPieces) {
  std::mt19937 random(3);
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (const std::int64_t hidden : {70, 256}) {
      const auto m = TestMatrix::dense(dtype, 4 * hidden, hidden, random);
      const TestSequence sequence(m.matrix.view(), 13, random);
      for (const KernelTable* table : supported_tables()) {
        for (const bool reverse : {false, true}) {
          const auto want = sequence.run_in_pieces(*table->lstm, reverse, 13);
          for (const std::int64_t piece : {1, 2, 5})
            ASSERT_EQ(sequence.run_in_pieces(*table->lstm, reverse, piece), want)
                << table->name << " " << piece;
        }
      }
    }
  }
}

// 16-bit weights are kept as they are: the sums are those of the same numbers in F32.
TEST(EngineLstm, SameBitsForTheSameWeights) {
  std::mt19937 random(4);
  for (const DType dtype : {DType::kF16, DType::kBF16}) {
    const auto m = TestMatrix::dense(dtype, 4 * 45, 45, random);
    std::vector<float> values;
    for (std::int64_t n = 0; n < 4 * 45; ++n)
      for (std::int64_t k = 0; k < 45; ++k)
        values.push_back(static_cast<float>(isa::weight_value(m.matrix.view(), n, k)));
    const Matrix wide =
        Matrix::dense(DType::kF32, reinterpret_cast<const std::byte*>(values.data()), 4 * 45, 45);
    std::mt19937 same(5), again(5);
    const TestSequence narrow_sequence(m.matrix.view(), 4, same);
    const TestSequence wide_sequence(wide.view(), 4, again);
    for (const KernelTable* table : supported_tables())
      EXPECT_EQ(narrow_sequence.run_in_pieces(*table->lstm, false, 4),
                wide_sequence.run_in_pieces(*table->lstm, false, 4))
          << table->name;
  }
}

TEST(EngineLstm, NoStepsChangeNothing) {
  std::mt19937 random(6);
  const auto m = TestMatrix::dense(DType::kF32, 4 * 9, 9, random);
  const TestSequence sequence(m.matrix.view(), 1, random);
  for (const KernelTable* table : supported_tables()) {
    const TestSequence::Unpacked unpacked(*table->lstm, m.matrix.view());
    State s = sequence.state;
    std::vector<float> y = sequence.room_for_y();
    sequence.run(*table->lstm, unpacked.data(), false, 0, 0, s, y);
    EXPECT_EQ(s.h, sequence.state.h);
    EXPECT_EQ(s.c, sequence.state.c);
    EXPECT_EQ(y, sequence.room_for_y());
  }
}

// Gates of any size saturate; a NaN stays in its unit for one step, then is everywhere.
TEST(EngineLstm, LargeGatesAndNaN) {
  std::mt19937 random(7);
  constexpr std::int64_t kHidden = 20;
  const auto m = TestMatrix::dense(DType::kF16, 4 * kHidden, kHidden, random);
  TestSequence sequence(m.matrix.view(), 3, random);
  for (std::size_t u = 0; u < kHidden; ++u) {
    sequence.gates[u] = 1e30f;                 // i: 1
    sequence.gates[kHidden + u] = -1e30f;      // f: 0
    sequence.gates[2 * kHidden + u] = -1e30f;  // g: -1
    sequence.gates[3 * kHidden + u] = 1e30f;   // o: 1
  }
  const auto stride = static_cast<std::size_t>(sequence.gates_stride());
  const auto y_stride = static_cast<std::size_t>(sequence.y_stride());
  sequence.gates[stride + 3] = kNaN;
  for (const KernelTable* table : supported_tables()) {
    const auto y = sequence.run_in_pieces(*table->lstm, false, 3);
    for (std::size_t u = 0; u < kHidden; ++u) {
      EXPECT_NEAR(y[u], std::tanh(-1.0), 1e-6);
      EXPECT_EQ(std::isnan(y[y_stride + u]), u == 3) << table->name << " " << u;
      EXPECT_TRUE(std::isnan(y[2 * y_stride + u])) << table->name << " " << u;
    }
  }
}

}  // namespace
}  // namespace decibit::testing
