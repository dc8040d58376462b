// SPDX-License-Identifier: Apache-2.0
#include "nn/lstm.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"
#include "kernels/lstm.h"

namespace decibit {
namespace {

Lstm::Direction bind_direction(WeightBinder& binder, std::string_view path, std::string_view which,
                               std::int64_t inputs, std::int64_t hidden) {
  const std::int64_t gates = 4 * hidden;
  const auto name = [&](std::string_view part) {
    return fmt::format("{}.{}_{}", path, part, which);
  };
  const Matrix wx = binder.matrix(name("Wx"), gates, inputs);
  const Matrix wh = binder.matrix(name("Wh"), gates, hidden);
  const auto ih = binder.vector(name("bias_ih"), gates);
  const auto hh = binder.vector(name("bias_hh"), gates);
  if (ih.empty() || hh.empty()) return {};
  const auto sum = binder.memory().floats(gates);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = ih[i] + hh[i];
  return {Linear(wx, sum), wh};
}

}  // namespace

Lstm::Lstm(const Direction& forward, const Direction& backward)
    : directions_{forward, backward}, count_(2) {}

Lstm::Lstm(const Direction& forward) : directions_{forward}, count_(1) {}

Lstm Lstm::bind_bidirectional(WeightBinder& binder, std::string_view path, std::int64_t inputs,
                              std::int64_t hidden) {
  const Direction forward = bind_direction(binder, path, "forward", inputs, hidden);
  return {forward, bind_direction(binder, path, "backward", inputs, hidden)};
}

void Lstm::forward(const Context& context, ConstRows x, Rows y) const {
  const std::int64_t width = hidden();
  DECIBIT_CHECK(y.count == x.count && y.width == width * static_cast<std::int64_t>(count_));
  const isa::Lstm& kernel = *context.kernels.lstm;
  Workspace& workspace = context.workspace;
  const Workspace::Frame frame(workspace);
  std::array<LinearCall, 2> inputs;
  std::array<isa::LstmJob, 2> jobs;
  std::array<std::span<std::byte>, 2> unpacked;
  for (std::size_t d = 0; d < count_; ++d) {
    const Rows gates = workspace.rows(x.count, 4 * width);
    inputs[d] = {&directions_[d].input, gates};
    const isa::Weights& wh = directions_[d].recurrent.view();
    const std::span<float> h = workspace.array<float>(width), c = workspace.array<float>(width);
    std::fill(h.begin(), h.end(), 0.0f);
    std::fill(c.begin(), c.end(), 0.0f);
    unpacked[d] = workspace.bytes(kernel.unpacked_bytes(wh));
    jobs[d] = {
        &wh,        unpacked[d].data(), width,   x.count,
        gates.data, gates.stride,       d == 1,  y.data + static_cast<std::int64_t>(d) * width,
        y.stride,   h.data(),           c.data()};
  }
  forward_all(context, x, std::span(inputs).first(count_));
  context.pool.parallel_for(count_, [&](std::size_t d) {
    kernel.unpack(*jobs[d].wh, unpacked[d].data());
    kernel.run(jobs[d]);
  });
}

}  // namespace decibit
