// SPDX-License-Identifier: Apache-2.0
// A known-answer test of a table, run once when it is chosen: a compiler or a CPU that gets a
// kernel wrong costs speed, not files.
#pragma once

#include <string>

#include "kernels/kernel_table.h"

namespace decibit {

/// Compares the table with the scalar rule on a few rows of each scheme and type. Empty when equal,
/// else what differed first. Takes a few milliseconds.
std::string self_test(const KernelTable& table);

/// The same for one family of engine kernels, against the reference on small shapes; less than a
/// millisecond each.
std::string self_test(const isa::Matvec& matvec);
std::string self_test(const isa::Gemm& gemm);
std::string self_test(const isa::IntGemm& gemm);
std::string self_test(const isa::ToomCook& toom_cook);
std::string self_test(const isa::Attention& attention);
std::string self_test(const isa::Lstm& lstm);
std::string self_test(const isa::Pointwise& pointwise);

}  // namespace decibit
