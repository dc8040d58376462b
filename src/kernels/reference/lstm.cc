// SPDX-License-Identifier: Apache-2.0
// One step at a time, sums and functions in double; h and c are rounded to float between steps, as
// they are in the contract.
#include "kernels/lstm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/reference/weight_value.h"

namespace decibit::isa {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

std::size_t unpacked_bytes(const Weights&) { return 0; }

void unpack(const Weights&, void*) {}

void run(const LstmJob& job) {
  const auto hidden = static_cast<std::size_t>(job.hidden);
  std::vector<double> weights, z(4 * hidden);
  for (std::int64_t n = 0; n < 4 * job.hidden; ++n)
    for (std::int64_t k = 0; k < job.hidden; ++k) weights.push_back(weight_value(*job.wh, n, k));
  for (std::int64_t step = 0; step < job.steps; ++step) {
    const std::int64_t t = job.reverse ? job.steps - 1 - step : step;
    for (std::size_t n = 0; n < 4 * hidden; ++n) {
      double sum = 0;
      for (std::size_t k = 0; k < hidden; ++k) sum += job.h[k] * weights[n * hidden + k];
      z[n] = job.gates[t * job.gates_stride + static_cast<std::int64_t>(n)] + sum;
    }
    for (std::size_t u = 0; u < hidden; ++u) {
      const double c =
          sigmoid(z[hidden + u]) * job.c[u] + sigmoid(z[u]) * std::tanh(z[2 * hidden + u]);
      job.c[u] = static_cast<float>(c);
      job.h[u] = static_cast<float>(sigmoid(z[3 * hidden + u]) * std::tanh(c));
    }
    std::copy_n(job.h, hidden, job.y + t * job.y_stride);
  }
}

}  // namespace

const Lstm kReferenceLstm = {unpacked_bytes, unpack, run};

}  // namespace decibit::isa
