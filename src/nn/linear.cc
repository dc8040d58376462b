// SPDX-License-Identifier: Apache-2.0
#include "nn/linear.h"

#include <fmt/format.h>

#include <array>

#include "core/check.h"
#include "nn/products.h"

namespace decibit {

Linear Linear::bind(WeightBinder& binder, std::string_view path, std::int64_t outputs,
                    std::int64_t inputs, Bias bias) {
  const Matrix weight = binder.matrix(fmt::format("{}.weight", path), outputs, inputs);
  return {weight, binder.bias(path, outputs, bias)};
}

void forward_all(const Context& context, ConstRows x, std::span<const LinearCall> calls) {
  static constexpr std::int32_t kHere = 0;
  std::array<Product, kMostProducts> products;
  DECIBIT_CHECK(calls.size() <= products.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto& [layer, y, add] = calls[i];
    const Matrix& w = layer->weight();
    DECIBIT_CHECK(w.k() == x.width && w.n() == y.width && x.count == y.count);
    products[i] = {{&w.view(),
                    w.k(),
                    1,
                    &kHere,
                    &kHere,
                    1,
                    x.data,
                    x.stride,
                    x.count,
                    {},
                    layer->bias(),
                    y.data,
                    y.stride,
                    add,
                    0,
                    0,
                    0,
                    0,
                    nullptr},
                   x.count};
  }
  run_products(context, std::span(products).first(calls.size()));
}

void Linear::forward(const Context& context, ConstRows x, Rows y) const {
  const LinearCall call = {this, y};
  forward_all(context, x, {&call, 1});
}

void Linear::forward_add(const Context& context, ConstRows x, Rows y) const {
  const LinearCall call = {this, y, true};
  forward_all(context, x, {&call, 1});
}

}  // namespace decibit
