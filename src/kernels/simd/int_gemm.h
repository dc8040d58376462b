// SPDX-License-Identifier: Apache-2.0
// The functions of kernels/int_gemm.h over a vector type V (the folder's matvec_ops.h). Blocks and
// loops are those of simd/gemm.h, with lanes along features:
//
//   for each block of kBlockFeatures features            weights: panels of integers, unpacked
//   once,
//     for each block of channels, all taps               second cache
//       for each chunk of kChunkRows rows of y           activations: where prepare() put them, or,
//                                                        at the ends of x, copied among zeros
//         for each panel                                 one panel: first cache
//           for each tile of up to kRows rows            biases first, as a product of floats:
//             sums = b * (sum of x)                      groups are its channels, gemm_tile.h
//             sums += sx * s * (sum X q)                 integers, int_gemm_tile.h
//             y = or += sums
//
// Blocks of channels are whole groups and depend on the shape of the weights only, so no sum
// depends on the range of rows and features of a call.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/int_gemm.h"
#include "kernels/simd/gemm_tile.h"
#include "kernels/simd/int_gemm_chunk.h"
#include "kernels/simd/int_gemm_input.h"
#include "kernels/simd/int_gemm_tile.h"
#include "kernels/simd/int_gemm_unpack.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/matvec_integers.h"

namespace decibit::isa {
namespace {

/// How a job is cut, and where in scratch the parts are. Panels of codes begin at 0.
struct IntGemmPlan {
  std::int64_t channels;   // of a block of channels; the last may have fewer
  std::int64_t features;   // of a block of features
  std::int64_t rows;       // of y in a chunk
  std::int64_t first_row;  // the smallest and largest tap_row
  std::int64_t last_row;
  std::size_t scales_at, biases_at;  // of weights: panels
  std::size_t chunk_at, bias_at, taps_at, bytes;
};

/// kDepth: bytes of a feature's codes in a panel.
template <class V, class Block, int kRows, int kVectors, int kDepth, int kBlockFeatures>
struct IntGemmKernel {
  using Code = typename Block::X;
  static constexpr std::int64_t kCodeBytes = sizeof(Code);
  static constexpr int kPerDword = 4 / sizeof(Code);
  static constexpr std::int64_t kPanel = kVectors * V::kLanes;
  static constexpr std::int64_t kChunkRows = 96;
  static constexpr std::int64_t kPanelBytes = 512 << 10, kChunkBytes = 512 << 10;  // at most
  static constexpr Tiles<V, kRows, kVectors> kBiasTiles{};
  static constexpr IntTiles<V, Block, kRows, kVectors> kTiles{};

  // ---- activations

  static IntRows shape_of(const Weights& w, std::int64_t channels, std::int64_t x_rows) {
    return IntRows(w.group_shift, kCodeBytes, channels, x_rows);
  }

  static void prepare(const Weights& w, Input input, const float* x, std::int64_t x_stride,
                      std::int64_t x_rows, std::int64_t channels, const Prologue& prologue,
                      std::int64_t r0, std::int64_t r1, void* out) {
    const IntRows shape = shape_of(w, channels, x_rows);
    auto* const bytes = static_cast<std::uint8_t*>(out);
    auto* const scales = reinterpret_cast<float*>(bytes + shape.scales_at);
    auto* const sums = reinterpret_cast<float*>(bytes + shape.sums_at);
    for (std::int64_t r = r0; r < r1; ++r)
      quantize_row<V>(w, x + r * x_stride, channels, prologue,
                      kLargestCode[static_cast<int>(input)],
                      reinterpret_cast<Code*>(bytes + r * shape.pitch), scales + r * shape.groups,
                      sums + r * shape.groups);
  }

  // ---- plan

  static IntGemmPlan plan(const GemmJob& job) {
    IntGemmPlan p;
    const int shift = job.w->group_shift;
    // About equal blocks of whole groups.
    const std::int64_t all = job.channels >> shift;
    const std::int64_t most = max_of((kDepth / kCodeBytes / job.taps) >> shift, 1);
    const std::int64_t groups = ceil_div(all, ceil_div(all, most));
    p.channels = groups << shift;
    const std::int64_t code_bytes = job.taps * p.channels * kCodeBytes;
    const std::int64_t scale_bytes = job.taps * groups * std::int64_t{sizeof(float)};
    p.features = kBlockFeatures;
    while (p.features > kPanel && p.features * (code_bytes + 2 * scale_bytes) > kPanelBytes)
      p.features -= kPanel;

    p.first_row = p.last_row = job.tap_row[0];
    for (int tap = 1; tap < job.taps; ++tap) {
      p.first_row = min_of(p.first_row, job.tap_row[tap]);
      p.last_row = max_of(p.last_row, job.tap_row[tap]);
    }
    p.rows = kChunkRows;
    const auto chunk = [&] { return IntRows(shift, kCodeBytes, p.channels, job.taps * p.rows); };
    while (p.rows > kRows && chunk().bytes > kChunkBytes) p.rows /= 2;

    const auto align = [](std::int64_t bytes) {
      return static_cast<std::size_t>(round_up(bytes, 64));
    };
    p.scales_at = align(p.features * code_bytes);
    p.biases_at = p.scales_at + align(p.features * scale_bytes);
    p.chunk_at = p.biases_at + align(p.features * scale_bytes);
    p.bias_at = p.chunk_at + align(static_cast<std::int64_t>(chunk().bytes));
    p.taps_at = p.bias_at + align(p.features * std::int64_t{sizeof(float)});
    p.bytes = p.taps_at + align(std::int64_t{2 * sizeof(std::int64_t)} * job.taps);
    return p;
  }

  static std::size_t scratch_bytes(const GemmJob& job) { return plan(job).bytes; }

  // ---- weights

  struct Panel {
    std::int32_t* codes;
    float *scales, *biases;
  };

  static Panel panel_at(const GemmJob& job, const IntGemmPlan& p, std::int64_t feature,
                        const IntBlock& block) {
    auto* const scratch = static_cast<std::uint8_t*>(job.scratch);
    const std::int64_t dwords = job.taps * block.channels / kPerDword,
                       floats = job.taps * block.groups;
    return {reinterpret_cast<std::int32_t*>(scratch) + feature * dwords,
            reinterpret_cast<float*>(scratch + p.scales_at) + feature * floats,
            reinterpret_cast<float*>(scratch + p.biases_at) + feature * floats};
  }

  /// Features [n, n + kPanel) or fewer, in `vectors` vectors.
  static void unpack_panel(const GemmJob& job, std::int64_t n, std::int64_t vectors,
                           const IntBlock& block, const Panel& panel) {
    const std::int64_t pitch = vectors * V::kLanes;
    for (int tap = 0; tap < job.taps; ++tap)
      for (std::int64_t v = 0; v < vectors; ++v)
        unpack_ints<V, kPerDword>(
            *job.w, n + v * V::kLanes, job.n1, job.tap_index[tap] * job.channels + block.first,
            block.channels,
            {panel.codes + tap * block.channels / kPerDword * pitch + v * V::kLanes,
             panel.scales + tap * block.groups * pitch + v * V::kLanes,
             panel.biases + tap * block.groups * pitch + v * V::kLanes, pitch});
  }

  // ---- products

  static constexpr int largest_code(const Weights& w) {
    return is_fp4(w) ? 2 * kFp4Offset : (1 << w.bits) - 1;
  }

  /// Bytes of activations whose products fit in one integer sum, of a group that takes `bytes`.
  static std::int64_t part_bytes(const Weights& w, std::int64_t bytes) {
    if (kPerDword == 2) return bytes;
    while (bytes / 4 > V::most_dots(largest_code(w))) bytes /= 2;
    return bytes;
  }

  /// sums = bias.
  static void begin(const float* bias, float* sums, std::int64_t pitch, std::int64_t rows) {
    for (std::int64_t i = 0; i < pitch; i += V::kLanes) {
      const auto v = bias == nullptr ? V::zero() : V::load(bias + i);
      for (std::int64_t r = 0; r < rows; ++r) V::store(sums + r * pitch + i, v);
    }
  }

  /// y = or += sums, `rows` rows of them `pitch` apart.
  static void put(const TileOutput& out, const float* sums, std::int64_t pitch, std::int64_t rows) {
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < out.features; i += V::kLanes) {
        float* const y = out.y + r * out.y_stride + i;
        const std::int64_t left = out.features - i;
        auto v = V::load(sums + r * pitch + i);
        if (out.add) v = V::add(load_some<V>(y, left), v);
        store_some<V>(y, v, left);
      }
  }

  /// Rows of a chunk by one panel, in tiles of nearly equal height.
  static void multiply_panel(const IntChunk& chunk, TileInput biases, IntTileInput in,
                             TileOutput out, std::int64_t count) {
    alignas(64) float sums[2 * kPanel * kRows];
    const bool wide = out.features > V::kLanes;
    const std::int64_t pitch = wide ? kPanel : V::kLanes;
    const auto& bias_tiles = wide ? kBiasTiles.wide : kBiasTiles.narrow;
    const auto& tiles = wide ? kTiles.wide : kTiles.narrow;
    const std::int64_t tile_count = ceil_div(count, kRows);
    float* const y = out.y;
    for (std::int64_t i = 0; i < tile_count; ++i) {
      const std::int64_t first = count * i / tile_count, last = count * (i + 1) / tile_count;
      biases.a = chunk.sums + first * chunk.scale_pitch;
      in.x = chunk.x + first * chunk.x_pitch;
      in.scales = chunk.scales + first * chunk.scale_pitch;
      out.y = y + first * out.y_stride;
      if (biases.panel != nullptr) {
        bias_tiles[last - first](biases, {sums, pitch, pitch, out.bias, false});
      } else {
        begin(out.bias, sums, pitch, last - first);
      }
      tiles[last - first](in, sums);
      put(out, sums, pitch, last - first);
    }
  }

  /// Features [n, n + features) with one block of channels, all rows.
  static void multiply_block(const GemmJob& job, const IntGemmPlan& p, const void* prepared,
                             std::int64_t n, std::int64_t features, const IntBlock& block) {
    auto* const scratch = static_cast<std::uint8_t*>(job.scratch);
    auto* const bias = reinterpret_cast<float*>(scratch + p.bias_at);
    auto* const tap_x = reinterpret_cast<std::int64_t*>(scratch + p.taps_at);
    auto* const tap_scale = tap_x + job.taps;
    const IntChunks<kCodeBytes> chunks = {job, prepared, tap_x, tap_scale};
    const bool fp4 = is_fp4(*job.w);
    const bool with_bias = job.bias != nullptr && block.first == 0;
    for (std::int64_t i = 0; with_bias && i < features; ++i) bias[i] = job.bias[n + i];
    for (std::int64_t i = features; i % kPanel != 0; ++i) bias[i] = 0;
    const std::int64_t group_bytes = kCodeBytes << job.w->group_shift;
    const std::int64_t part = part_bytes(*job.w, group_bytes);

    for (std::int64_t t = job.t0; t < job.t1; t += p.rows) {
      const std::int64_t count = min_of(p.rows, job.t1 - t);
      const bool inside = t * job.stride + p.first_row >= 0 &&
                          (t + count - 1) * job.stride + p.last_row < job.x_rows;
      const IntChunk chunk = inside
                                 ? chunks.in_place(p.first_row, t, block)
                                 : chunks.with_zeros(t, count, block, scratch + p.chunk_at, p.rows);
      const std::int64_t offsets = fp4 ? chunk.sums - chunk.scales : 0;
      for (std::int64_t i = 0; i < features; i += kPanel) {
        const std::int64_t width = min_of(kPanel, features - i);
        const Panel panel = panel_at(job, p, i, block);
        // Unpacked when first needed: small products find it in the first cache.
        if (t == job.t0) unpack_panel(job, n + i, width > V::kLanes ? kVectors : 1, block, panel);
        multiply_panel(
            chunk,
            {nullptr, chunk.scale_pitch, tap_scale, job.taps, block.groups,
             fp4 ? nullptr : panel.biases},
            {nullptr, chunk.x_pitch, nullptr, chunk.scale_pitch, offsets, tap_x, tap_scale,
             job.taps, block.groups, group_bytes / part, part, panel.codes, panel.scales},
            {job.y + t * job.y_stride + n + i, job.y_stride, width, with_bias ? bias + i : nullptr,
             job.add || block.first > 0},
            count);
      }
    }
  }

  static void multiply(const GemmJob& job, const void* prepared) {
    const IntGemmPlan p = plan(job);
    for (std::int64_t n = job.n0; n < job.n1; n += p.features)
      for (std::int64_t c = 0; c < job.channels; c += p.channels) {
        const std::int64_t channels = min_of(p.channels, job.channels - c);
        multiply_block(job, p, prepared, n, min_of(p.features, job.n1 - n),
                       {c, channels, channels >> job.w->group_shift});
      }
  }
};

inline bool int_gemm_supports(const Weights& w, Input input) {
  return input != Input::kF32 && !w.dense() && w.kind != WeightKind::kMxfp8;
}

/// Bytes, Words: IntGemmKernel for int8 and int16 codes of x. Where sums of bytes do not hold
/// products of the widest codes, int8 codes come as words.
template <class V, class Bytes, class Words>
struct IntGemmTable {
  static bool as_words(const Weights& w, Input input) {
    return input == Input::kI16 || V::most_dots(Bytes::largest_code(w)) < kLeastPart;
  }

  static std::uint32_t layout(const Weights& w, Input input) {
    return static_cast<std::uint32_t>(w.group_shift) << 4 |
           static_cast<std::uint32_t>(is_fp4(w)) << 3 |
           static_cast<std::uint32_t>(as_words(w, input)) << 2 | static_cast<std::uint32_t>(input);
  }
  static std::size_t input_bytes(const Weights& w, Input input, std::int64_t channels,
                                 std::int64_t x_rows) {
    return (as_words(w, input) ? Words::shape_of : Bytes::shape_of)(w, channels, x_rows).bytes;
  }
  static void prepare(const Weights& w, Input input, const float* x, std::int64_t x_stride,
                      std::int64_t x_rows, std::int64_t channels, const Prologue& prologue,
                      std::int64_t r0, std::int64_t r1, void* out) {
    (as_words(w, input) ? Words::prepare : Bytes::prepare)(w, input, x, x_stride, x_rows, channels,
                                                           prologue, r0, r1, out);
  }
  static std::size_t scratch_bytes(const GemmJob& job, Input input) {
    return (as_words(*job.w, input) ? Words::scratch_bytes : Bytes::scratch_bytes)(job);
  }
  static void multiply(const GemmJob& job, Input input, const void* prepared) {
    (as_words(*job.w, input) ? Words::multiply : Bytes::multiply)(job, prepared);
  }

  static constexpr IntGemm table() {
    return {Bytes::kPanel, Bytes::kChunkRows, int_gemm_supports, layout,
            input_bytes,   prepare,           scratch_bytes,     multiply};
  }
};

}  // namespace
}  // namespace decibit::isa
