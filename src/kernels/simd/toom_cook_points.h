// SPDX-License-Identifier: Apache-2.0
// A sliding product of r taps and m outputs,
//   y[i] = sum_j g[j] d[i + j],   0 <= i < m, 0 <= j < r,
// is the transpose of a product of two polynomials, which n = m + r - 1 of its values determine
// (Toom and Cook; Winograd's F(m, r)). At points a_p, one of them perhaps infinity:
//   y[i] = sum_p a_p^i ( sum_j a_p^j / f_p g[j] ) ( sum_l b_p[l] d[l] )
//   b_p[l] = coefficients of prod_{q != p} (x - a_q)   f_p = prod_{q != p} (a_p - a_q)
// over finite points; infinity takes the last output and the last tap, and b = prod_q (x - a_q).
//
// Points here are 0, pairs +-a, and infinity when n is even. With Q(x^2) = prod_{b != a} (x^2 -
// b^2) the rows of a pair are x (x +- a) Q(x^2), so both need the same two sums, and f = 2 a^2
// Q(a^2) is one number:
//   even = sum_k Q_k d[2k + 2],  odd = a sum_k Q_k d[2k + 1],  rows = even +- odd
// and with Z(x^2) = prod (x^2 - b^2) over all pairs, 0 takes Z on d[0], d[2], ..., and infinity Z
// on d[1], d[3], ...
#pragma once

namespace decibit::isa {
namespace {

// What is chosen for each kernel size, by error / max |y| on snakes of Gaussian channels (256 of
// them, some 50 times larger; sums of kChain terms, see toom_cook.h) and products saved:
//   3 taps   F(6, 3)        18 of  8: 2.25 times fewer    1.3e-6
//   7 taps   F(4, 7)        28 of 10: 2.8                 4e-6
//   11 taps  2 x F(6, 6)    66 of 22: 3.0                 1.1e-5
// Pairs are 1, 2, 1/2 and then whatever lies farthest from those and stays exact in binary.
struct Points3 {
  static constexpr int kOutputs = 6, kTaps = 3, kPairs = 3;
  static constexpr double kPair[kPairs] = {1, 2, 0.5};
};
struct Points7 {
  static constexpr int kOutputs = 4, kTaps = 7, kPairs = 4;
  static constexpr double kPair[kPairs] = {1, 2, 0.5, 1.25};
};
struct Points11 {
  static constexpr int kOutputs = 6, kTaps = 6, kPairs = 5;
  static constexpr double kPair[kPairs] = {1, 2, 0.5, 1.5, 0.75};
};

template <class P>
struct ToomCookTables {
  static constexpr int kOutputs = P::kOutputs, kTaps = P::kTaps, kPairs = P::kPairs;
  static constexpr int kPoints = kOutputs + kTaps - 1;
  static constexpr bool kInfinity = kPoints % 2 == 0;
  static_assert(kPoints == 1 + 2 * kPairs + (kInfinity ? 1 : 0));

  // Point 0 is zero, points 1 + 2q and 2 + 2q are +-kPair[q], the last is infinity.
  double z[kPairs + 1];            // Z
  double q[kPairs][kPairs];        // Q of each pair
  double pair[kPairs];             // a
  double power[kPairs][kOutputs];  // a^i
  double tap[kPairs][kTaps];       // a^j / f
  double tap_zero;                 // 1 / f of the point 0

  constexpr ToomCookTables() : z(), q(), pair(), power(), tap(), tap_zero(1) {
    expand(-1, z);
    for (int p = 0; p < kPairs; ++p) {
      const double a = P::kPair[p];
      expand(p, q[p]);
      double at = 0;  // Q(a^2)
      for (int k = kPairs - 1; k >= 0; --k) at = at * a * a + q[p][k];
      pair[p] = a;
      for (int i = 0; i < kOutputs; ++i) power[p][i] = i == 0 ? 1 : power[p][i - 1] * a;
      for (int j = 0; j < kTaps; ++j) tap[p][j] = j == 0 ? 1 / (2 * a * a * at) : tap[p][j - 1] * a;
    }
    tap_zero = 1 / z[0];
  }

 private:
  // Coefficients of prod (x - b^2) over all pairs but `without`.
  static constexpr void expand(int without, double* out) {
    out[0] = 1;
    int degree = 0;
    for (int p = 0; p < kPairs; ++p) {
      if (p == without) continue;
      const double square = P::kPair[p] * P::kPair[p];
      out[++degree] = 0;
      for (int k = degree; k >= 0; --k) out[k] = (k > 0 ? out[k - 1] : 0) - square * out[k];
    }
  }
};

template <class P>
inline constexpr ToomCookTables<P> kToomCook{};

}  // namespace
}  // namespace decibit::isa
