// SPDX-License-Identifier: Apache-2.0
// The data path: blocks of rows are read, cast, quantized and written by all threads at once.
// Memory is a few blocks for each thread, whatever the size of a tensor.
#pragma once

#include <vector>

#include "convert/piece.h"
#include "convert/shards.h"
#include "core/reporter.h"
#include "core/result.h"
#include "core/thread_pool.h"
#include "kernels/kernel_table.h"

namespace decibit {

struct StreamContext {
  ThreadPool& pool;
  const KernelTable& kernels;
  Profile profile;
  Reporter& reporter;
};

struct PieceOutcome {
  QuantError error;         // of quantized pieces
  bool overflowed = false;  // a finite weight became infinite in a narrower type
  bool nonfinite = false;   // the source itself holds NaN or infinite values
};

/// Writes every piece. Outcomes are in the order of pieces and the same for any number of threads.
/// kBadInput names the first NaN or infinity among weights to quantize; kInterrupted when asked.
Result<std::vector<PieceOutcome>> stream_pieces(const std::vector<Piece>& pieces, Shards& shards,
                                                const StreamContext& context);

/// For --dry-run: quantizes some blocks of each piece and writes nothing.
Result<std::vector<PieceOutcome>> sample_pieces(const std::vector<Piece>& pieces,
                                                const StreamContext& context);

/// The pieces among those to quantize that hold a NaN or an infinity, as indices.
Result<std::vector<std::size_t>> find_nonfinite(const std::vector<Piece>& pieces,
                                                const StreamContext& context);

/// Rows of a piece that are read and handled together: about 1 MiB, at least one.
std::int64_t rows_per_block(const Piece& piece);

}  // namespace decibit
