// SPDX-License-Identifier: Apache-2.0
// config.json of the result, as mlx-audio's save_config writes it.
#pragma once

#include <string>

#include "convert/plan.h"
#include "io/json.h"

namespace decibit {

/// The source's config with model_type set, quantization and quantization_config both right (absent
/// when nothing is quantized), torch_dtype true, _name_or_path and vision_config dropped, members
/// sorted.
Json result_config(const Json& source_config, const std::string& model_type, const Plan& plan);

}  // namespace decibit
