// SPDX-License-Identifier: Apache-2.0
// Whisper's tensor names: Hugging Face's, OpenAI's PyTorch ones and those of MLX.
#pragma once

#include <string_view>

#include "models/schema.h"

namespace decibit::whisper {

/// The rule for all layouts at once: no name of one means something else in another. `tied_head`:
/// whether proj_out.weight is the token embedding again and may be dropped.
Mapped map_name(std::string_view source_name, bool tied_head);

/// The table of learned text positions under any of its names, or null.
const SourceView::Item* text_positions(const SourceView& source);

}  // namespace decibit::whisper
