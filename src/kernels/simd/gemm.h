// SPDX-License-Identifier: Apache-2.0
// Linear layers with many rows and convolutions: an implicit matrix product in the manner of
// GotoBLAS, with lanes along features.
//
//   for each block of kBlockFeatures features            weights: panels of NR features,
//     for each block of channels, all taps               unpacked once, in the second cache
//       for each chunk of kChunkRows rows of y           activations: copied to a chunk, second
//       cache
//         for each panel                                 one panel: first cache
//           for each tile of up to MR rows               sums: registers
//
// Copying activations costs under two hundredths of the products made with them, and settles four
// things at once: the prologue, zeros for rows outside x, rows whose stride maps them to the same
// lines of the cache, and rows of strided convolutions. All taps read the same chunk, shifted.
//
// A Linear's activations may have been packed before, once for all blocks:
//   [tile of MR rows][channel][MR rows], each tile padded to whole vectors;
// then nothing is copied to the chunk, and tiles read them in place.
//
// A sum begins with the bias (and y, to add), and goes on in the order: block of channels, tap,
// channel. Blocks of channels depend on the shape of the weights only, so the sum does not depend
// on the range of rows and features of a call.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/gemm.h"
#include "kernels/simd/gemm_tile.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/prologue.h"
#include "kernels/simd/unpack_scaled.h"

namespace decibit::isa {
namespace {

/// How a job is cut, and where in scratch the parts are. Sizes do not depend on ranges of rows.
struct GemmPlan {
  std::int64_t channels;    // of a block of channels; the last may have fewer
  std::int64_t features;    // of a block of features
  std::int64_t rows;        // of y in a chunk
  std::int64_t chunk_rows;  // of x in it
  std::int64_t pitch;       // floats from one row of the chunk to the next
  bool shared;              // taps share rows of the chunk; else each has its own
  std::int64_t first_row;   // the smallest tap_row
  std::size_t chunk_at, bias_at, taps_at, bytes;  // panels begin at 0
};

/// kDepth: weights of a feature in a panel; panel and chunk should share the first cache.
template <class V, int kRows, int kVectors, int kDepth, int kBlockFeatures>
struct GemmKernel {
  static constexpr std::int64_t kPanel = kVectors * V::kLanes;
  static constexpr std::int64_t kChunkRows = 96;
  static constexpr std::int64_t kPanelBytes = 512 << 10, kChunkBytes = 512 << 10;  // at most
  static constexpr Tiles<V, kRows, kVectors> kTiles{};
  static constexpr Tiles<V, kRows, kVectors, true> kPackedTiles{};

  static GemmPlan plan(const GemmJob& job) {
    GemmPlan p;
    // Blocks are multiples of 32 channels, so that runs of codes are whole, and about equal.
    const std::int64_t most = max_of(std::int64_t{kDepth} / job.taps / 32 * 32, 32);
    const std::int64_t blocks = ceil_div(job.channels, most);
    p.channels = min_of(round_up(ceil_div(job.channels, blocks), 32), job.channels);
    const std::int64_t feature_bytes = job.taps * p.channels * std::int64_t{sizeof(float)};
    p.features = kBlockFeatures;
    while (p.features > kPanel && p.features * feature_bytes > kPanelBytes) p.features -= kPanel;

    // An odd number of lines, so that rows spread over the sets of the cache.
    p.pitch = p.channels <= 16 ? p.channels : (ceil_div(p.channels, 16) | 1) * 16;
    std::int64_t last_row = p.first_row = job.tap_row[0];
    for (int tap = 1; tap < job.taps; ++tap) {
      p.first_row = min_of(p.first_row, job.tap_row[tap]);
      last_row = max_of(last_row, job.tap_row[tap]);
    }
    p.rows = kChunkRows;
    p.shared = true;
    p.chunk_rows = 0;
    if (job.packed == nullptr) cut_chunk(job, last_row, p);

    const auto align = [](std::int64_t bytes) {
      return static_cast<std::size_t>(round_up(bytes, 64));
    };
    p.chunk_at = align(p.features * feature_bytes);
    p.bias_at = p.chunk_at + align(p.chunk_rows * p.pitch * std::int64_t{sizeof(float)});
    p.taps_at = p.bias_at + align(p.features * std::int64_t{sizeof(float)});
    p.bytes = p.taps_at + align(job.taps * std::int64_t{sizeof(std::int64_t)});
    return p;
  }

  static void cut_chunk(const GemmJob& job, std::int64_t last_row, GemmPlan& p) {
    p.rows = 2 * kChunkRows;
    do {
      p.rows /= 2;
      const std::int64_t span = (p.rows - 1) * job.stride + last_row - p.first_row + 1;
      p.shared = span <= p.rows * job.taps;
      p.chunk_rows = p.shared ? span : p.rows * job.taps;
    } while (p.rows > kRows && p.chunk_rows * p.pitch * std::int64_t{sizeof(float)} > kChunkBytes);
  }

  static std::size_t scratch_bytes(const GemmJob& job) { return plan(job).bytes; }

  // ---- activations

  /// Channels [c0, c0 + n) of row `row` of x, through the prologue; zeros outside x.
  static void load_row(const GemmJob& job, std::int64_t row, std::int64_t c0, std::int64_t n,
                       float* out) {
    const bool outside = row < 0 || row >= job.x_rows;
    const float* x = outside ? nullptr : job.x + row * job.x_stride + c0;
    for (std::int64_t c = 0; c < n; c += V::kLanes) {
      auto v = V::zero();
      if (!outside) {
        v = load_some<V>(x + c, n - c);
        if (job.prologue.any()) v = activate<V>(job.prologue, c0 + c, n - c, v);
      }
      store_some<V>(out + c, v, n - c);
    }
  }

  /// The rows of x that rows [t, t + rows) of y need.
  static void load_chunk(const GemmJob& job, const GemmPlan& p, std::int64_t t, std::int64_t rows,
                         std::int64_t c0, std::int64_t n, float* chunk) {
    if (p.shared) {
      const std::int64_t count = p.chunk_rows - (p.rows - rows) * job.stride;
      for (std::int64_t i = 0; i < count; ++i)
        load_row(job, t * job.stride + p.first_row + i, c0, n, chunk + i * p.pitch);
      return;
    }
    for (int tap = 0; tap < job.taps; ++tap)
      for (std::int64_t i = 0; i < rows; ++i)
        load_row(job, (t + i) * job.stride + job.tap_row[tap], c0, n,
                 chunk + (tap * p.rows + i) * p.pitch);
  }

  static constexpr std::int64_t kPackStep = kRows;
  static std::int64_t tile_floats(std::int64_t channels) {
    // A vector beyond the last channel's rows: stores are whole.
    return round_up(channels * kRows + V::kLanes - kRows, 16);
  }
  static std::size_t packed_bytes(std::int64_t channels, std::int64_t x_rows) {
    return static_cast<std::size_t>(ceil_div(x_rows, kRows) * tile_floats(channels)) *
           sizeof(float);
  }
  /// Vectors of kLanes > kRows rows; the next channel's overwrites what is too much.
  static void pack(const float* x, std::int64_t x_stride, std::int64_t channels, std::int64_t r0,
                   std::int64_t r1, float* out) {
    static_assert(kRows <= V::kLanes);
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(x);
    const std::int64_t row_bytes = x_stride * std::int64_t{sizeof(float)};
    for (std::int64_t r = r0; r < r1; r += kRows)
      transpose_elements<V>(WeightKind::kF32,
                            lane_rows<V>(bytes, row_bytes, r, min_of(r + kRows, r1)), 0, channels,
                            out + r / kRows * tile_floats(channels), kRows);
  }

  // ---- weights

  /// Features [n, n + kPanel) or fewer, in `vectors` vectors.
  static void unpack_panel(const GemmJob& job, std::int64_t n, std::int64_t vectors,
                           std::int64_t c0, std::int64_t channels, float* panel) {
    const std::int64_t pitch = vectors * V::kLanes;
    for (int tap = 0; tap < job.taps; ++tap)
      for (std::int64_t v = 0; v < vectors; ++v)
        unpack_scaled<V>(job, n + v * V::kLanes, job.n1, job.tap_index[tap] * job.channels + c0,
                         channels, panel + tap * channels * pitch + v * V::kLanes, pitch);
  }

  // ---- products

  /// Features [n, n + features) with channels [c0, c0 + channels), all rows.
  static void multiply_block(const GemmJob& job, const GemmPlan& p, std::int64_t n,
                             std::int64_t features, std::int64_t c0, std::int64_t channels) {
    auto* const scratch = static_cast<std::uint8_t*>(job.scratch);
    auto* const panels = reinterpret_cast<float*>(scratch);
    auto* const chunk = reinterpret_cast<float*>(scratch + p.chunk_at);
    auto* const bias = reinterpret_cast<float*>(scratch + p.bias_at);
    auto* const tap_offset = reinterpret_cast<std::int64_t*>(scratch + p.taps_at);
    for (int tap = 0; tap < job.taps; ++tap)
      tap_offset[tap] =
          p.shared ? (job.tap_row[tap] - p.first_row) * p.pitch : tap * p.rows * p.pitch;
    const bool with_bias = job.bias != nullptr && c0 == 0;
    for (std::int64_t i = 0; with_bias && i < features; ++i) bias[i] = job.bias[n + i];

    for (std::int64_t t = job.t0; t < job.t1; t += p.rows) {
      const std::int64_t rows = min_of(p.rows, job.t1 - t);
      if (job.packed == nullptr) load_chunk(job, p, t, rows, c0, channels, chunk);
      for (std::int64_t i = 0; i < features; i += kPanel) {
        const std::int64_t count = min_of(kPanel, features - i);
        float* const panel = panels + i * job.taps * channels;
        // Unpacked when first needed: small products find it in the first cache.
        if (t == job.t0)
          unpack_panel(job, n + i, count > V::kLanes ? kVectors : 1, c0, channels, panel);
        const TileOutput out = {job.y + t * job.y_stride + n + i, job.y_stride, count,
                                with_bias ? bias + i : nullptr, job.add || c0 > 0};
        if (job.packed != nullptr) {
          const std::int64_t tile = tile_floats(job.channels);
          kPackedTiles.multiply(
              {job.packed + t / kRows * tile + c0 * kRows, tile, tap_offset, 1, channels, panel},
              out, rows);
          continue;
        }
        kTiles.multiply(
            {chunk, (p.shared ? job.stride : 1) * p.pitch, tap_offset, job.taps, channels, panel},
            out, rows);
      }
    }
  }

  static void multiply(const GemmJob& job) {
    const GemmPlan p = plan(job);
    for (std::int64_t n = job.n0; n < job.n1; n += p.features)
      for (std::int64_t c = 0; c < job.channels; c += p.channels)
        multiply_block(job, p, n, min_of(p.features, job.n1 - n), c,
                       min_of(p.channels, job.channels - c));
  }
};

}  // namespace
}  // namespace decibit::isa
