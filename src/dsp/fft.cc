// SPDX-License-Identifier: Apache-2.0
#include "dsp/fft.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.h"

namespace decibit {
namespace {

using Complex = RealFft::Complex;

// std::complex's own product looks for infinities first.
Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}
Complex times_i(Complex a) { return {-a.imag(), a.real()}; }

// exp(-2 pi i k / n), exact at the quarters.
Complex root(std::size_t k, std::size_t n) {
  const std::size_t eighth = 8 * (k % n) / n;  // reduced to [0, pi/4], where both are most exact
  const double turn = 2 * std::numbers::pi / static_cast<double>(n);
  const auto angle = [&](std::size_t numerator8) {  // of (8k - numerator8 * n) / 8
    return turn * (static_cast<double>(8 * (k % n)) - static_cast<double>(numerator8 * n)) / 8;
  };
  switch ((eighth + 1) / 2 % 4) {  // the nearest quarter turn
    case 0: {
      const double a = angle(eighth == 7 ? 8 : 0);
      return {std::cos(a), -std::sin(a)};
    }
    case 1: {
      const double a = angle(2);
      return {-std::sin(a), -std::cos(a)};
    }
    case 2: {
      const double a = angle(4);
      return {-std::cos(a), std::sin(a)};
    }
    default: {
      const double a = angle(6);
      return {std::sin(a), std::cos(a)};
    }
  }
}

std::vector<std::size_t> factorize(std::size_t n) {
  std::vector<std::size_t> factors;
  for (const std::size_t f : {4u, 2u, 3u, 5u})
    for (; n % f == 0; n /= f) factors.push_back(f);
  for (std::size_t f = 7; n > 1; f += 2)
    for (; n % f == 0; n /= f) factors.push_back(f);
  return factors;
}

// Transforms of the small sizes, of v[0], v[1], ... in place.
void transform2(Complex* v) {
  const Complex a = v[0], b = v[1];
  v[0] = a + b;
  v[1] = a - b;
}

void transform3(Complex* v) {
  const double s = std::numbers::sqrt3 / 2;
  const Complex sum = v[1] + v[2], difference = times_i(v[1] - v[2]) * s;
  const Complex middle = v[0] - 0.5 * sum;
  v[0] += sum;
  v[1] = middle - difference;
  v[2] = middle + difference;
}

void transform4(Complex* v) {
  const Complex a = v[0] + v[2], b = v[0] - v[2], c = v[1] + v[3], d = times_i(v[1] - v[3]);
  v[0] = a + c;
  v[1] = b - d;
  v[2] = a - c;
  v[3] = b + d;
}

void transform5(Complex* v) {
  // cosines and sines of 72 and 144 degrees
  constexpr double c1 = 0.30901699437494742410, c2 = -0.80901699437494742410;
  constexpr double s1 = 0.95105651629515357212, s2 = 0.58778525229247312917;
  const Complex a1 = v[1] + v[4], a2 = v[2] + v[3], b1 = times_i(v[1] - v[4]),
                b2 = times_i(v[2] - v[3]);
  const Complex p1 = v[0] + c1 * a1 + c2 * a2, p2 = v[0] + c2 * a1 + c1 * a2;
  const Complex q1 = s1 * b1 + s2 * b2, q2 = s2 * b1 - s1 * b2;
  v[0] += a1 + a2;
  v[1] = p1 - q1;
  v[2] = p2 - q2;
  v[3] = p2 + q2;
  v[4] = p1 + q1;
}

}  // namespace

RealFft::RealFft(std::size_t n) : n_(n), half_(n % 2 == 0 ? n / 2 : n) {
  DECIBIT_CHECK(n >= 1);
  factors_ = factorize(half_);
  for (std::size_t k = 0; k < half_; ++k) roots_.push_back(root(k, half_));
  for (std::size_t k = 0; k <= n / 4; ++k) real_roots_.push_back(root(k, n));
}

// Stockham's order: before the step of factor r, x holds `done` interleaved transforms over the
// factors so far, each of size done; afterwards, of size done * r. Result in x.
void RealFft::transform(Complex* x, Complex* work) const {
  Complex* from = x;
  Complex* to = work;
  std::size_t done = 1;
  for (const std::size_t r : factors_) {
    const std::size_t others = half_ / (done * r);  // transforms that remain side by side
    for (std::size_t j = 0; j < done; ++j) {
      for (std::size_t i = 0; i < others; ++i) {
        const auto in = [&](std::size_t q) {
          const Complex v = from[(j * r + q) * others + i];
          return q == 0 || j == 0 ? v : times(v, roots_[j * q * others]);
        };
        if (r <= 5) {
          Complex v[5];
          for (std::size_t q = 0; q < r; ++q) v[q] = in(q);
          if (r == 2) transform2(v);
          if (r == 3) transform3(v);
          if (r == 4) transform4(v);
          if (r == 5) transform5(v);
          for (std::size_t p = 0; p < r; ++p) to[(p * done + j) * others + i] = v[p];
        } else {
          for (std::size_t p = 0; p < r; ++p) {
            Complex sum = in(0);
            for (std::size_t q = 1; q < r; ++q)
              sum += times(in(q), roots_[p * q % r * (half_ / r)]);
            to[(p * done + j) * others + i] = sum;
          }
        }
      }
    }
    std::swap(from, to);
    done *= r;
  }
  if (from != x) std::copy_n(from, half_, x);
}

// Even sizes: z[j] = x[2j] + i x[2j+1] is transformed at half the size, and the spectra of the even
// and the odd samples are told apart by their symmetry:
//   E[k] = (Z[k] + conj Z[h-k]) / 2,  O[k] = (Z[k] - conj Z[h-k]) / 2i,  X[k] = E[k] + w^k O[k].
void RealFft::forward(std::span<const double> x, std::span<Complex> spectrum,
                      std::span<Complex> scratch) const {
  DECIBIT_CHECK(x.size() == n_ && spectrum.size() == bins() && scratch.size() >= scratch_size());
  Complex* z = scratch.data();
  if (n_ % 2 != 0) {
    std::copy(x.begin(), x.end(), z);
    transform(z, z + half_);
    std::copy_n(z, bins(), spectrum.begin());
    spectrum[0] = {spectrum[0].real(), 0.0};
    return;
  }
  for (std::size_t j = 0; j < half_; ++j) z[j] = {x[2 * j], x[2 * j + 1]};
  transform(z, z + half_);
  spectrum[0] = {z[0].real() + z[0].imag(), 0.0};
  spectrum[half_] = {z[0].real() - z[0].imag(), 0.0};
  for (std::size_t k = 1; 2 * k <= half_; ++k) {
    const Complex a = z[k], b = std::conj(z[half_ - k]);
    const Complex even = 0.5 * (a + b), odd = times({0, -0.5}, a - b);
    const Complex turned = times(real_roots_[k], odd);
    spectrum[k] = even + turned;
    spectrum[half_ - k] = std::conj(even - turned);
  }
}

// The inverse transform is the conjugate of the forward one of the conjugate.
void RealFft::inverse(std::span<const Complex> spectrum, std::span<double> x,
                      std::span<Complex> scratch) const {
  DECIBIT_CHECK(x.size() == n_ && spectrum.size() == bins() && scratch.size() >= scratch_size());
  Complex* z = scratch.data();
  if (n_ % 2 != 0) {
    z[0] = spectrum[0].real();
    for (std::size_t k = 1; k < bins(); ++k) {
      z[k] = std::conj(spectrum[k]);
      z[n_ - k] = spectrum[k];
    }
    transform(z, z + half_);
    for (std::size_t j = 0; j < n_; ++j) x[j] = z[j].real() / static_cast<double>(n_);
    return;
  }
  const double first = spectrum[0].real(), last = spectrum[half_].real();
  z[0] = {0.5 * (first + last), -0.5 * (first - last)};
  for (std::size_t k = 1; 2 * k <= half_; ++k) {
    const Complex a = spectrum[k], b = std::conj(spectrum[half_ - k]);
    const Complex even = 0.5 * (a + b);
    const Complex odd = times(std::conj(real_roots_[k]), 0.5 * (a - b));
    z[k] = std::conj(even + times_i(odd));
    z[half_ - k] = even - times_i(odd);
  }
  transform(z, z + half_);
  const double scale = 1 / static_cast<double>(half_);
  for (std::size_t j = 0; j < half_; ++j) {
    x[2 * j] = z[j].real() * scale;
    x[2 * j + 1] = -z[j].imag() * scale;
  }
}

}  // namespace decibit
