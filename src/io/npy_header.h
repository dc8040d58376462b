// SPDX-License-Identifier: Apache-2.0
// The header of a .npy file: a Python dict literal such as
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
// which is parsed as such: spacing, order of the keys and quotes are free.
#pragma once

#include <string_view>

#include "core/result.h"
#include "core/shape.h"

namespace decibit {

struct NpyHeader {
  DType dtype = DType::kF32;
  bool fortran_order = false;
  Shape shape;
};

Result<NpyHeader> parse_npy_header(std::string_view text);

}  // namespace decibit
