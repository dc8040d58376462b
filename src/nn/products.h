// SPDX-License-Identifier: Apache-2.0
// Products of activations with weights on all threads: which kernel, which activations, which
// blocks. Layers describe the product; this is the only place that knows the kernels.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/gemm.h"
#include "nn/context.h"

namespace decibit {

/// A job of gemm.h of which the weights, taps, x, prologue, bias, y and add are set. The block and
/// the scratch are filled in here.
struct Product {
  isa::GemmJob job;
  std::int64_t rows;  // of y
};

/// All products at once; what they have in common (x, prologue, layout of the weights) is prepared
/// once. At most kMostProducts.
inline constexpr std::size_t kMostProducts = 16;
void run_products(const Context& context, std::span<Product> products);

}  // namespace decibit
