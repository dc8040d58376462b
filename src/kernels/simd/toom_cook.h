// SPDX-License-Identifier: Apache-2.0
// A convolution along time by Toom-Cook (toom_cook_points.h), with dilation d. Rows of y of one
// residue class, t = rho + d q, make tiles of m: tile i is q in [m i, m (i + 1)), wherever the
// job's block begins, so that blocks change no bit. Its input is the rows of x
//   rho + d (m i + l) + row(0),  0 <= l < n = m + r - 1.
// A kernel longer than r is cut into `splits` of r = m taps: the input of split s of tile i is that
// of tile i + s, so each tile of x is transformed once, [point][tile][channel], and
//   products[point][tile][feature] = sum over the splits * channels floats that begin at the tile
// is one matrix product per point, with one output transform for all splits.
//
//   for each block of features: transform their weights        [panel][point][split * channel][kNr]
//     for each residue class, for each chunk of its tiles:
//       activate rows of x, transform them                     [point][tile][channel]
//       for each panel of kNr features: multiply, transform to y
//
// or, when weights are many or tiles few, weights in the innermost loop, one panel at a time.
//
// Sums run over kChain terms in registers and are added up in memory: this keeps panels and tiles
// in the first cache and divides the error of long sums by two to three, which pays for larger
// tiles. A NaN or an infinity in x reaches every row of y of the tiles that read it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/simd/lanes.h"
#include "kernels/simd/toom_cook_input.h"
#include "kernels/simd/toom_cook_product.h"
#include "kernels/simd/toom_cook_transform.h"
#include "kernels/simd/toom_cook_weights.h"
#include "kernels/toom_cook.h"

namespace decibit::isa {
namespace {

// Bytes of transformed weights and of transformed input that a thread keeps. Weights may lie in the
// last-level cache, since a panel serves a whole chunk of tiles; the chunk must stay in the
// second-level cache beside a panel.
constexpr std::int64_t kWeightBytes = 3 << 20, kInputBytes = 320 << 10;
// Where the weights would take more than two such blocks it is the other way round: a chunk of many
// tiles, and each panel is transformed anew for it (at the price of some eight tiles).
constexpr std::int64_t kWholeInputBytes = 3840 << 10;
/// Whole tiles for the usual dilations; a block cut elsewhere computes its outermost tiles twice.
constexpr std::int64_t kToomCookStep = 60;

/// The sizes of a job. They depend on the whole job, not on its block.
template <class V, class P>
struct ToomCookPlan {
  static constexpr int kPoints = ToomCookTables<P>::kPoints, kOutputs = P::kOutputs;
  static constexpr std::int64_t kNr = kFeatureVectors * V::kLanes;

  std::int64_t splits, channels;  // channels are padded with zeros to whole vectors
  std::int64_t inner;             // splits * channels
  bool keep_weights;              // of a block of features, for all chunks of tiles
  std::int64_t panels;            // of such a block, else 1
  std::int64_t tiles;             // of a chunk
  // Floats from one point to the next of the input and of a panel; odd lines, so that points share
  // no set of a cache.
  std::int64_t point_stride, panel_stride;
  std::int64_t panel_floats, input_floats, product_floats, staging_floats;

  explicit ToomCookPlan(const GemmJob& job) {
    constexpr std::int64_t kRows = kTileRows<V>;
    splits = ceil_div(job.taps, P::kTaps);
    channels = round_up(job.channels, V::kLanes);
    inner = splits * channels;
    panel_stride = inner * kNr + 16;
    panel_floats = kPoints * panel_stride;
    const std::int64_t dilation = job.tap_row[1] - job.tap_row[0];
    const std::int64_t all_panels = ceil_div(job.w->n, kNr);
    panels = clamp(kWeightBytes / (4 * panel_floats), 1, all_panels);
    const std::int64_t all_tiles = round_up(ceil_div(job.x_rows, kOutputs), kRows);
    keep_weights = 2 * panels >= all_panels && (dilation > 1 || all_tiles > kFewTiles);
    if (!keep_weights) panels = 1;
    const std::int64_t input_bytes = keep_weights ? kInputBytes : kWholeInputBytes;
    tiles = clamp(input_bytes / (std::int64_t{4} * kPoints * channels) / kRows * kRows, kFewTiles,
                  keep_weights ? kMostTiles / kRows * kRows : all_tiles);
    point_stride = round_up((tiles + splits - 1) * channels, 32) + 16;
    input_floats = kPoints * point_stride;
    product_floats = kPoints * tiles * kNr;
    const std::int64_t input_rows = kOutputs * (tiles + splits - 1) + P::kTaps - 1;
    const std::int64_t staged_rows = input_rows * kInputBlock,
                       staged_taps = job.taps * kWeightBlock;
    staging_floats = round_up(max_of(staged_rows, staged_taps * kNr), 16);
  }

  std::size_t bytes() const {
    return 4 * static_cast<std::size_t>(panels * panel_floats + input_floats + product_floats +
                                        staging_floats);
  }

 private:
  static constexpr std::int64_t kFewTiles = 24, kMostTiles = 30;  // multiples of kTileRows
  static std::int64_t clamp(std::int64_t a, std::int64_t low, std::int64_t high) {
    return a < low ? low : min_of(a, high);
  }
};

template <class V, class P>
class ToomCookConvolution {
 public:
  using Plan = ToomCookPlan<V, P>;

  explicit ToomCookConvolution(const GemmJob& job) : job_(job), plan_(job) {
    weights_ = static_cast<float*>(job.scratch);
    input_ = weights_ + plan_.panels * plan_.panel_floats;
    products_ = input_ + plan_.input_floats;
    staging_ = products_ + plan_.product_floats;
    dilation_ = job.tap_row[1] - job.tap_row[0];
  }

  void run() {
    const std::int64_t step = plan_.keep_weights ? plan_.panels * Plan::kNr : job_.n1 - job_.n0;
    for (std::int64_t n = job_.n0; n < job_.n1; n += step) {
      n_begin_ = n;
      n_end_ = min_of(job_.n1, n + step);
      if (plan_.keep_weights)
        for (std::int64_t first = n_begin_; first < n_end_; first += Plan::kNr) transform(first);
      for (std::int64_t residue = 0; residue < dilation_; ++residue) run_residue(residue);
    }
  }

 private:
  /// Transformed weights of features from `first` on.
  float* panel(std::int64_t first) const {
    return plan_.keep_weights ? weights_ + (first - n_begin_) / Plan::kNr * plan_.panel_floats
                              : weights_;
  }
  void transform(std::int64_t first) const {
    transform_panel<V, P>(job_, first, min_of(n_end_ - first, Plan::kNr), plan_.channels, staging_,
                          panel(first), plan_.panel_stride);
  }

  void run_residue(std::int64_t residue) {
    // q of the block: residue + dilation * q in [t0, t1)
    const std::int64_t q0 = (job_.t0 - residue + dilation_ - 1) / dilation_;
    const std::int64_t q1 = (job_.t1 - residue + dilation_ - 1) / dilation_;
    if (q0 >= q1) return;
    const std::int64_t begin = q0 / P::kOutputs, end = ceil_div(q1, P::kOutputs);
    // Chunks of nearly equal size, each but the last a multiple of the rows of a product.
    const std::int64_t chunks = ceil_div(end - begin, plan_.tiles);
    const std::int64_t step = round_up(ceil_div(end - begin, chunks), kTileRows<V>);
    for (std::int64_t tile = begin; tile < end; tile += step)
      run_chunk(residue, q0, q1, tile, min_of(end - tile, step));
  }

  void run_chunk(std::int64_t residue, std::int64_t q0, std::int64_t q1, std::int64_t tile,
                 std::int64_t tiles) {
    const std::int64_t first_row = residue + dilation_ * P::kOutputs * tile + job_.tap_row[0];
    transform_tiles<V, P>(job_, first_row, dilation_, tiles + plan_.splits - 1, plan_.channels,
                          staging_, input_, plan_.point_stride);
    const std::int64_t stride = tiles * Plan::kNr;  // of a point's products
    for (std::int64_t first = n_begin_; first < n_end_; first += Plan::kNr) {
      if (!plan_.keep_weights) transform(first);
      for (int p = 0; p < Plan::kPoints; ++p)
        multiply_point<V>(input_ + p * plan_.point_stride, plan_.channels, tiles,
                          panel(first) + p * plan_.panel_stride, plan_.inner,
                          products_ + p * stride);
      for (std::int64_t i = 0; i < tiles; ++i) {
        const std::int64_t q = (tile + i) * P::kOutputs;
        for (int v = 0; v < kFeatureVectors; ++v) {
          const std::int64_t n = first + v * V::kLanes;
          if (n < n_end_)
            store_tile(residue + dilation_ * q, q0 - q, q1 - q, n,
                       products_ + i * Plan::kNr + v * V::kLanes, stride);
        }
      }
    }
  }

  // Rows t, t + dilation, ... of a tile, those numbered [from, to) only.
  void store_tile(std::int64_t t, std::int64_t from, std::int64_t to, std::int64_t n,
                  const float* products, std::int64_t stride) const {
    typename V::F y[P::kOutputs];
    transform_output<V, P>(products, stride, y);
    const std::int64_t count = n_end_ - n;
    const auto bias = job_.bias != nullptr ? load_some<V>(job_.bias + n, count) : V::zero();
    unroll<P::kOutputs>([&](auto i) __attribute__((always_inline)) {
      if (i < from || i >= to) return;
      float* out = job_.y + (t + i * dilation_) * job_.y_stride + n;
      auto value = V::add(y[i], bias);
      if (job_.add) value = V::add(load_some<V>(out, count), value);
      store_some<V>(out, value, count);
    });
  }

  const GemmJob& job_;
  const Plan plan_;
  float *weights_, *input_, *products_, *staging_;
  std::int64_t dilation_;
  std::int64_t n_begin_ = 0, n_end_ = 0;
};

/// Rows of a residue class from which on transforming weights pays, measured with 1024 -> 1024
/// channels, where it weighs most.
template <class V>
constexpr std::int64_t kFewestRows = V::kLanes == 16 ? 54 : 36;

/// Asks nothing about the block: the answer must not depend on how work is divided.
template <class V>
bool toom_cook_supports(const GemmJob& job) {
  if (job.stride != 1 || (job.taps != 3 && job.taps != 7 && job.taps != 11)) return false;
  const std::int32_t dilation = job.tap_row[1] - job.tap_row[0];
  if (dilation < 1) return false;
  for (int j = 0; j < job.taps; ++j)
    if (job.tap_index[j] != j || job.tap_row[j] != job.tap_row[0] + j * dilation) return false;
  return job.channels >= 32 && job.w->n >= V::kLanes && job.x_rows >= kFewestRows<V> * dilation;
}

template <class V>
std::size_t toom_cook_scratch(const GemmJob& job) {
  switch (job.taps) {
    case 3:
      return ToomCookPlan<V, Points3>(job).bytes();
    case 7:
      return ToomCookPlan<V, Points7>(job).bytes();
    default:
      return ToomCookPlan<V, Points11>(job).bytes();
  }
}

template <class V>
void toom_cook(const GemmJob& job) {
  switch (job.taps) {
    case 3:
      return ToomCookConvolution<V, Points3>(job).run();
    case 7:
      return ToomCookConvolution<V, Points7>(job).run();
    default:
      return ToomCookConvolution<V, Points11>(job).run();
  }
}

}  // namespace
}  // namespace decibit::isa
