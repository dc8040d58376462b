// SPDX-License-Identifier: Apache-2.0
// --verify: the result is opened again like a stranger's folder and compared with the source.
#pragma once

#include <filesystem>
#include <vector>

#include "convert/piece.h"
#include "convert/stream.h"
#include "core/result.h"

namespace decibit {

/// Every reader rule holds, the index agrees with the files, dense tensors are equal byte for byte,
/// and dequantizing gives the same error as was measured while quantizing (relative 1e-6: the two
/// sums are made in different orders). kInternal names the first tensor that differs.
Status verify_result(const std::filesystem::path& folder, const std::vector<Piece>& pieces,
                     const std::vector<PieceOutcome>& outcomes, const StreamContext& context);

}  // namespace decibit
