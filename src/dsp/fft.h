// SPDX-License-Identifier: Apache-2.0
// The discrete Fourier transform of real signals, X[k] = sum_j x[j] exp(-2 pi i j k / n), of any
// size: mixed radix for the factors 2, 3, 4 and 5 (20, 400, 512, 1024, ... ), the definition for
// larger prime factors, whose square it costs.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace decibit {

/// A plan for one size. Calls are const, allocate nothing and may run at once, each with a scratch
/// of its own.
class RealFft {
 public:
  using Complex = std::complex<double>;

  /// n >= 1.
  explicit RealFft(std::size_t n);

  std::size_t size() const { return n_; }
  /// Of the half spectrum: the rest is its mirror image.
  std::size_t bins() const { return n_ / 2 + 1; }
  std::size_t scratch_size() const { return 2 * half_; }

  /// `x`: size() samples; `spectrum`: bins() values, the first (and the last, for even sizes) with
  /// an imaginary part of exactly +0.
  void forward(std::span<const double> x, std::span<Complex> spectrum,
               std::span<Complex> scratch) const;
  /// The signal whose half spectrum this is, times 1 / n: inverse(forward(x)) = x. Imaginary parts
  /// of the first bin (and of the last, for even sizes) are ignored, as no real signal has any.
  void inverse(std::span<const Complex> spectrum, std::span<double> x,
               std::span<Complex> scratch) const;

 private:
  void transform(Complex* x, Complex* work) const;

  std::size_t n_;
  std::size_t half_;  // size of the complex transform: n / 2 for even n (pairs of samples), else n
  std::vector<std::size_t> factors_;  // of half_
  std::vector<Complex> roots_;        // exp(-2 pi i k / half_)
  std::vector<Complex> real_roots_;   // exp(-2 pi i k / n), k <= n / 4: pairs to reals
};

}  // namespace decibit
