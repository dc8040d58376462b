// SPDX-License-Identifier: Apache-2.0
// inspect --verify: reads every byte and looks for values that no weight has.
#pragma once

#include <string>
#include <vector>

#include "convert/inspect_subject.h"
#include "core/reporter.h"
#include "core/result.h"

namespace decibit {

/// NaN or infinity in dense tensors, scales and biases; 0xFF (NaN) among the E8M0 scales of mxfp4
/// and mxfp8; 0x7F and 0xFF (NaN) among the E4M3 scales of nvfp4 and codes of mxfp8. One line for
/// each tensor, with the first place. An error only when reading fails or is interrupted.
Status check_data(const Subject& subject, Reporter& reporter, std::vector<std::string>& problems);

}  // namespace decibit
