// SPDX-License-Identifier: Apache-2.0
// The recurrence of both directions of an LSTM, one thread each; the input's part is a matrix
// product of its own. Bytes are weights, gates and outputs.
#include <algorithm>
#include <array>
#include <memory>

#include "bench/division.h"
#include "bench/random.h"
#include "bench/subject.h"

namespace decibit::bench {
namespace {

constexpr std::int64_t kDirections = 2;

struct Recurrence {
  Recurrence(const Row& r, const Setting& s)
      : row(r),
        kernels(*s.kernels.lstm),
        weights(r.format, r.n, r.k, 0),
        matrix(weights.copy(0)),
        gates(random_floats(r.m * r.n)),
        y(static_cast<std::size_t>(r.m * kDirections * r.k)),
        unpacked(kernels.unpacked_bytes(matrix.view())) {
    kernels.unpack(matrix.view(), unpacked.data());
    for (auto& vector : h) vector.resize(static_cast<std::size_t>(r.k));
    for (auto& vector : c) vector.resize(static_cast<std::size_t>(r.k));
  }

  void run(std::size_t direction) {
    std::ranges::fill(h[direction], 0.0F);
    std::ranges::fill(c[direction], 0.0F);
    isa::LstmJob job = {};
    job.wh = &matrix.view();
    job.hidden = row.k;
    job.steps = row.m;
    job.gates = gates.data();
    job.gates_stride = row.n;
    job.reverse = direction == 1;
    job.y = y.data() + static_cast<std::int64_t>(direction) * row.k;
    job.y_stride = kDirections * row.k;
    job.h = h[direction].data();
    job.c = c[direction].data();
    job.unpacked = unpacked.data();
    kernels.run(job);
  }

  double bytes() const {
    const auto floats = static_cast<double>(kDirections * gates.size() + y.size());
    return kDirections * static_cast<double>(weights.bytes()) + 4 * floats;
  }

  Row row;
  const isa::Lstm& kernels;
  RandomWeights weights;
  Matrix matrix;
  std::vector<float> gates, y;
  std::array<std::vector<float>, kDirections> h, c;
  AlignedBytes unpacked;  // both directions have the same weights here
};

}  // namespace

std::optional<Subject> lstm_subject(const Row& row, const Setting& setting) {
  const auto state = std::make_shared<Recurrence>(row, setting);
  const double macs = kDirections * static_cast<double>(row.m * row.n * row.k);
  ThreadPool& pool = setting.pool;
  return Subject{macs, state->bytes(), 1, [state, &pool](std::int64_t) {
                   pool.parallel_for(kDirections,
                                     [&](std::size_t direction) { state->run(direction); });
                 }};
}

}  // namespace decibit::bench
