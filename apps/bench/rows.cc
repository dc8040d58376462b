// SPDX-License-Identifier: Apache-2.0
// The rows of a plain run. Everything at once would be thousands: every format at the shape of a
// Voxtral MLP for decoding, then fewer formats at other shapes and for more rows of activations.
#include "bench/row.h"
#include "kernels/matvec.h"

namespace decibit::bench {
namespace {

struct Shape {
  std::int64_t n, k;
};

constexpr Shape kMlpUp = {9216, 3072};   // Voxtral
constexpr Shape kSquare = {1280, 1280};  // Whisper large, audio towers
constexpr Shape kOthers[] = {{1280, 1280}, {5120, 1280}, {3072, 9216}, {51865, 512}};

const Format kF32 = {{}, DType::kF32};
const Format kBF16 = {{}, DType::kBF16};

Format quantized(Mode mode, std::optional<int> bits = {}) {
  // Without a group size it is the mode's own: 64, mx 32, nvfp4 16.
  return {Scheme::make(mode, bits, {}).value(), DType::kBF16};
}

std::vector<Format> all_formats() {
  std::vector<Format> formats;
  for (const int bits : {1, 2, 3, 4, 5, 6, 8}) formats.push_back(quantized(Mode::kAffine, bits));
  for (const Mode mode : {Mode::kMxfp4, Mode::kMxfp8, Mode::kNvfp4})
    formats.push_back(quantized(mode));
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) formats.push_back({{}, dtype});
  return formats;
}

std::vector<Format> usual_formats() {
  return {quantized(Mode::kAffine, 4),
          quantized(Mode::kAffine, 8),
          quantized(Mode::kMxfp4),
          quantized(Mode::kMxfp8),
          kBF16,
          kF32};
}

class RowList {
 public:
  /// One product, exact and, where small integers hold the values of the weights, on integers.
  void linear(const Format& format, Shape shape, std::int64_t m) {
    const bool few = m <= isa::Matvec::kMaxRows;
    rows_.push_back(
        {few ? Kernel::kMatvec : Kernel::kGemm, format, Compute::kExact, m, shape.n, shape.k});
    if (!format.scheme || format.scheme->mode() == Mode::kMxfp8) return;
    for (const Compute compute : {Compute::kInt16, Compute::kInt8})
      rows_.push_back(
          {few ? Kernel::kMatvec : Kernel::kIntGemm, format, compute, m, shape.n, shape.k});
  }
  void convolution(std::int64_t channels, std::int64_t rows, int taps, int dilation) {
    for (const Kernel kernel : {Kernel::kConv, Kernel::kToomCook})
      rows_.push_back(
          {kernel, kF32, Compute::kExact, rows, channels, taps * channels, taps, dilation});
  }
  void add(const Row& row) { rows_.push_back(row); }
  std::vector<Row> take() { return std::move(rows_); }

 private:
  std::vector<Row> rows_;
};

void add_linear(RowList& list) {
  for (const Format& format : all_formats()) list.linear(format, kMlpUp, 1);
  for (const Shape shape : kOthers)
    for (const Format& format : {quantized(Mode::kAffine, 4), quantized(Mode::kAffine, 8), kBF16})
      list.linear(format, shape, 1);
  for (const std::int64_t m : {4, 16, 64, 256, 1500})
    for (const Format& format : usual_formats()) list.linear(format, kMlpUp, m);
  for (const std::int64_t m : {4, 16, 64, 1500})
    for (const Format& format : {quantized(Mode::kAffine, 4), quantized(Mode::kAffine, 8), kF32})
      list.linear(format, kSquare, m);
  for (const std::int64_t m : {4, 16, 64, 1500})
    list.linear(quantized(Mode::kAffine, 4), {5120, 1280}, m);
}

/// The two stages of Kokoro's generator, a second and a half of audio.
void add_convolutions(RowList& list) {
  for (const auto& [channels, rows] : {std::pair{128, 4800}, std::pair{256, 800}})
    for (const int taps : {3, 7, 11})
      for (const int dilation : {1, 3, 5}) list.convolution(channels, rows, taps, dilation);
}

}  // namespace

std::vector<Row> default_rows() {
  RowList list;
  add_linear(list);
  add_convolutions(list);
  constexpr std::int64_t kHidden = 256;  // Kokoro's predictor
  for (const Format& format : {kF32, quantized(Mode::kAffine, 4)})
    list.add({Kernel::kLstm, format, Compute::kExact, 200, 4 * kHidden, kHidden});
  for (const DType cache : {DType::kF32, DType::kF16})
    for (const std::int64_t queries : {1500, 1})  // Whisper base: its encoder, a decoder's step
      list.add({Kernel::kAttention, {{}, cache}, Compute::kExact, queries, 1500, 64, 1, 1, 8});
  return list.take();
}

}  // namespace decibit::bench
