// SPDX-License-Identifier: Apache-2.0
// The table at the end: what became of each component.
#pragma once

#include <vector>

#include "convert/convert.h"
#include "convert/piece.h"
#include "convert/stream.h"
#include "models/schema.h"

namespace decibit {

/// Bits stored for each weight, everything that comes with them counted; 0 without weights.
double bits_per_weight(std::uint64_t bytes, std::int64_t weights);

/// One row for each component that has tensors, in the schema's order.
std::vector<ComponentSummary> summarize(const Schema& schema, const std::vector<Piece>& pieces,
                                        const std::vector<PieceOutcome>& outcomes);
/// All rows together.
ComponentSummary total_of(const std::vector<ComponentSummary>& components);

/// What quantizing and casting destroyed: a line for each weight that overflowed, and one for all
/// groups that became zero.
std::vector<std::string> damage(const std::vector<Piece>& pieces,
                                const std::vector<PieceOutcome>& outcomes);
/// One line when dense weights of the source are NaN or infinite; they were copied as they are.
std::vector<std::string> nonfinite_note(const std::vector<Piece>& pieces,
                                        const std::vector<PieceOutcome>& outcomes);

}  // namespace decibit
