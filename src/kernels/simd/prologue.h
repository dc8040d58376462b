// SPDX-License-Identifier: Apache-2.0
// A job's Prologue on channels [c, c + count) of one row, count <= kLanes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/gemm.h"
#include "kernels/simd/lanes.h"
#include "kernels/simd/math.h"

namespace decibit::isa {
namespace {

/// Lanes past `count` must be zero and stay so.
template <class V>
typename V::F activate(const Prologue& f, std::int64_t c, std::int64_t count, typename V::F v) {
  const auto load = [&](const float* p) { return load_some<V>(p + c, count); };
  if (f.scale != nullptr) v = V::fma(load(f.scale), v, load(f.shift));
  switch (f.kind) {
    case Prologue::Kind::kNone:
      return v;
    case Prologue::Kind::kLeakyRelu:
      return V::select(V::less(V::zero(), v), v, V::mul(V::set(f.slope), v));
    case Prologue::Kind::kSnake:
      return snake<V>(v, load(f.alpha), load(f.inv_alpha));
  }
  return v;
}

}  // namespace
}  // namespace decibit::isa
