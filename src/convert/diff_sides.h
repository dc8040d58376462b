// SPDX-License-Identifier: Apache-2.0
// The two sides of a comparison, brought to common names and layouts.
#pragma once

#include <string>
#include <vector>

#include "convert/inspect_subject.h"
#include "convert/row_source.h"
#include "kernels/kernel_table.h"

namespace decibit {

/// One weight as the comparison reads it.
struct DiffWeight {
  std::string name;
  Shape shape;
  std::string method;
  RowSourcePtr values;             // F32 rows; the stored elements when those are no floats,
                                   // and their bytes when they are smaller than one
  const Weight* stored = nullptr;  // as in the file; of a weight norm, what holds its direction
};

struct DiffSides {
  std::string model_type;        // both sides are this model; empty: matched by stored names
  std::vector<DiffWeight> a, b;  // sorted by name
};

/// Subjects and kernels must outlive the result.
DiffSides match_sides(const Subject& a, const Subject& b, const KernelTable& kernels);

}  // namespace decibit
