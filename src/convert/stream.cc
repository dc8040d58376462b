// SPDX-License-Identifier: Apache-2.0
#include "convert/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "convert/scratch.h"
#include "kernels/quantize_rows.h"

namespace decibit {
namespace {

struct Block {
  std::size_t piece;
  std::int64_t first, count;  // rows
};

/// What one block left behind; blocks are added up in their order.
struct BlockOutcome {
  PieceOutcome part;
  std::optional<Error> failure;
};

using BlockTask = std::function<Status(const Block&, PieceOutcome&)>;

constexpr std::int64_t kBlockBytes = std::int64_t{1} << 20;
constexpr std::uint64_t kBatchBytes = std::uint64_t{32} << 20;  // between two progress reports

std::vector<Block> blocks_of(const std::vector<Piece>& pieces) {
  std::vector<Block> blocks;
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    const std::int64_t rows = pieces[p].rows->rows(), step = rows_per_block(pieces[p]);
    for (std::int64_t first = 0; first < rows; first += step)
      blocks.push_back({p, first, std::min(step, rows - first)});
  }
  return blocks;
}

std::uint64_t bytes_of(const std::vector<Piece>& pieces, const Block& block) {
  return static_cast<std::uint64_t>(block.count * pieces[block.piece].rows->row_bytes());
}

/// Runs the task for each block, in batches on all threads; stops after the first batch that fails.
Result<std::vector<BlockOutcome>> run_blocks(const std::vector<Piece>& pieces,
                                             const std::vector<Block>& blocks,
                                             const StreamContext& context, std::string_view stage,
                                             const BlockTask& task) {
  std::uint64_t total = 0, done = 0;
  for (const Block& block : blocks) total += bytes_of(pieces, block);
  std::vector<BlockOutcome> outcomes(blocks.size());
  for (std::size_t begin = 0; begin < blocks.size();) {
    std::size_t end = begin;
    std::uint64_t batch = 0;
    while (end < blocks.size() && (batch < kBatchBytes)) batch += bytes_of(pieces, blocks[end++]);
    context.reporter.progress({stage, pieces[blocks[begin].piece].name, done, total});
    context.pool.parallel_for(end - begin, [&](std::size_t i) {
      BlockOutcome& outcome = outcomes[begin + i];
      Status status = task(blocks[begin + i], outcome.part);
      if (!status) outcome.failure = std::move(status).error();
    });
    for (std::size_t i = begin; i < end; ++i)
      if (outcomes[i].failure) return Unexpected(std::move(*outcomes[i].failure));
    if (context.reporter.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");
    done += batch;
    begin = end;
  }
  context.reporter.progress({stage, "", total, total});
  return outcomes;
}

std::vector<PieceOutcome> sum_by_piece(const std::vector<Piece>& pieces,
                                       const std::vector<Block>& blocks,
                                       const std::vector<BlockOutcome>& outcomes) {
  std::vector<PieceOutcome> sums(pieces.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    PieceOutcome& sum = sums[blocks[i].piece];
    sum.error.add(outcomes[i].part.error);
    sum.overflowed |= outcomes[i].part.overflowed;
    sum.nonfinite |= outcomes[i].part.nonfinite;
  }
  return sums;
}

/// Index of the first NaN or infinity among the rows of a block; the number of elements if none.
std::size_t first_nonfinite(const RowSource& rows, std::span<const std::byte> bytes,
                            const StreamContext& context) {
  const auto size = static_cast<std::size_t>(size_bytes(rows.dtype()));
  return context.kernels.first_nonfinite(rows.dtype(), bytes.data(), bytes.size() / size);
}

/// Whether the source was finite where its cast is not: the cast made the infinity.
Result<bool> cast_overflowed(const Piece& piece, const Block& block, const StreamContext& context) {
  if (piece.uncast == nullptr) return false;
  std::vector<std::byte> rows(static_cast<std::size_t>(block.count * piece.uncast->row_bytes()));
  TRY(piece.uncast->read(block.first, block.count, rows));
  return first_nonfinite(*piece.uncast, rows, context) ==
         static_cast<std::size_t>(block.count * piece.rows->k());
}

Error nonfinite_error(const Piece& piece, const Block& block, std::size_t index, bool overflowed) {
  const auto k = static_cast<std::size_t>(piece.rows->k());
  const std::string place =
      fmt::format("{}: element [{}, {}]", piece.name,
                  block.first + static_cast<std::int64_t>(index / k), index % k);
  if (overflowed)
    return Error{ErrorCode::kBadInput,
                 fmt::format("{} is too large for {}, so the weight cannot be quantized", place,
                             name(piece.rows->dtype())),
                 {},
                 {},
                 "--dtype float32 or bfloat16, or --allow-nonfinite to keep such tensors dense"};
  return Error{ErrorCode::kBadInput,
               place + " is NaN or infinite, so the weight cannot be quantized",
               {},
               {},
               "--allow-nonfinite keeps such tensors dense; better, repair the checkpoint"};
}

/// Quantized rows of one block, in this thread's buffers.
struct QuantizedBlock {
  std::span<const std::byte> parts[3];  // codes, scales, biases
  std::int64_t row_bytes[3];
};

Result<QuantizedBlock> quantize_block(const Piece& piece, const Block& block,
                                      const StreamContext& context, QuantError& error) {
  thread_local std::vector<std::byte> buffers[4];
  const std::int64_t k = piece.rows->k();
  const Scheme& scheme = *piece.scheme;
  const auto rows = grown(buffers[3], block.count * piece.rows->row_bytes());
  TRY(piece.rows->read(block.first, block.count, rows));
  if (const std::size_t bad = first_nonfinite(*piece.rows, rows, context);
      bad < static_cast<std::size_t>(block.count * k)) {
    const bool overflowed = TRY(cast_overflowed(piece, block, context));
    return Unexpected(nonfinite_error(piece, block, bad, overflowed));
  }
  const std::int64_t scale_bytes = scheme.groups_per_row(k) * size_bytes(piece.scale_dtype());
  QuantizedBlock out = {
      {}, {scheme.words_per_row(k) * 4, scale_bytes, scheme.has_biases() ? scale_bytes : 0}};
  std::span<std::byte> parts[3];
  for (int i = 0; i < 3; ++i)
    out.parts[i] = parts[i] = grown(buffers[i], block.count * out.row_bytes[i]);
  error = quantize_rows(
      context.kernels,
      {scheme, context.profile, piece.scale_rule, piece.rows->dtype(), block.count, k, rows.data(),
       parts[0].data(), parts[1].data(), parts[2].empty() ? nullptr : parts[2].data()});
  return out;
}

Status write_dense(const Piece& piece, const Block& block, const StreamContext& context,
                   Shards& shards, PieceOutcome& outcome) {
  thread_local std::vector<std::byte> buffer;
  const auto rows = grown(buffer, block.count * piece.rows->row_bytes());
  TRY(piece.rows->read(block.first, block.count, rows));
  if (is_mlx_float(piece.rows->dtype()) &&
      first_nonfinite(*piece.rows, rows, context) <
          static_cast<std::size_t>(block.count * piece.rows->k())) {
    outcome.overflowed = TRY(cast_overflowed(piece, block, context));
    outcome.nonfinite = !outcome.overflowed;
  }
  return shards.write(block.piece, 0, block.first * piece.rows->row_bytes(), rows);
}

}  // namespace

std::int64_t rows_per_block(const Piece& piece) {
  return std::max<std::int64_t>(1,
                                kBlockBytes / std::max<std::int64_t>(1, piece.rows->row_bytes()));
}

Result<std::vector<PieceOutcome>> stream_pieces(const std::vector<Piece>& pieces, Shards& shards,
                                                const StreamContext& context) {
  const std::vector<Block> blocks = blocks_of(pieces);
  const BlockTask task = [&](const Block& block, PieceOutcome& outcome) -> Status {
    const Piece& piece = pieces[block.piece];
    if (!piece.scheme) return write_dense(piece, block, context, shards, outcome);
    const QuantizedBlock quantized = TRY(quantize_block(piece, block, context, outcome.error));
    for (std::size_t i = 0; i < (piece.scheme->has_biases() ? 3u : 2u); ++i)
      TRY(shards.write(block.piece, i, block.first * quantized.row_bytes[i], quantized.parts[i]));
    return {};
  };
  const auto outcomes = TRY(run_blocks(pieces, blocks, context, "writing", task));
  return sum_by_piece(pieces, blocks, outcomes);
}

Result<std::vector<PieceOutcome>> sample_pieces(const std::vector<Piece>& pieces,
                                                const StreamContext& context) {
  constexpr std::int64_t kSamples = 4, kRows = 8;
  std::vector<Block> blocks;
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    if (!pieces[p].scheme) continue;
    const std::int64_t rows = pieces[p].rows->rows(), count = std::min(rows, kRows);
    for (std::int64_t s = 0; s < std::min(kSamples, (rows + kRows - 1) / kRows); ++s)
      blocks.push_back({p, (rows - count) * s / std::max<std::int64_t>(1, kSamples - 1), count});
  }
  const BlockTask task = [&](const Block& block, PieceOutcome& outcome) -> Status {
    TRY(quantize_block(pieces[block.piece], block, context, outcome.error));
    return {};
  };
  const auto outcomes = TRY(run_blocks(pieces, blocks, context, "sampling", task));
  return sum_by_piece(pieces, blocks, outcomes);
}

Result<std::vector<std::size_t>> find_nonfinite(const std::vector<Piece>& pieces,
                                                const StreamContext& context) {
  std::vector<Block> blocks = blocks_of(pieces);
  std::erase_if(blocks, [&](const Block& b) { return !pieces[b.piece].scheme.has_value(); });
  const BlockTask task = [&](const Block& block, PieceOutcome& outcome) -> Status {
    thread_local std::vector<std::byte> buffer;
    const Piece& piece = pieces[block.piece];
    const auto rows = grown(buffer, block.count * piece.rows->row_bytes());
    TRY(piece.rows->read(block.first, block.count, rows));
    outcome.nonfinite = first_nonfinite(*piece.rows, rows, context) <
                        static_cast<std::size_t>(block.count * piece.rows->k());
    return {};
  };
  const auto outcomes = TRY(run_blocks(pieces, blocks, context, "checking", task));
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < blocks.size(); ++i)
    if (outcomes[i].part.nonfinite && (found.empty() || found.back() != blocks[i].piece))
      found.push_back(blocks[i].piece);
  return found;
}

}  // namespace decibit
