// SPDX-License-Identifier: Apache-2.0
// A dilated convolution along time, directly (Gemm) or by Toom-Cook; multiply-adds are those of the
// direct sum in both.
#include <memory>

#include "bench/division.h"
#include "bench/random.h"
#include "bench/subject.h"

namespace decibit::bench {
namespace {

struct Convolution {
  Convolution(const Row& r, ThreadPool& p)
      : row(r),
        pool(p),
        weights(r.format, r.n, r.k, 0),
        matrix(weights.copy(0)),
        x(random_floats(r.m * r.k / r.taps)),
        y(static_cast<std::size_t>(r.m * r.n)) {
    for (int tap = 0; tap < row.taps; ++tap) {
      tap_row.push_back((tap - row.taps / 2) * row.dilation);
      tap_index.push_back(tap);
    }
    job.w = &matrix.view();
    job.channels = row.k / row.taps;
    job.taps = row.taps;
    job.tap_row = tap_row.data();
    job.tap_index = tap_index.data();
    job.stride = 1;
    job.x = x.data();
    job.x_stride = job.channels;
    job.x_rows = job.t1 = row.m;
    job.y = y.data();
    job.y_stride = job.n1 = row.n;
  }
  Convolution(const Convolution&) = delete;  // job points into this
  Convolution& operator=(const Convolution&) = delete;

  /// Gemm or ToomCook.
  template <class Family>
  Subject subject(const Family& family, const std::shared_ptr<Convolution>& self) {
    scratch = scratch_for(pool.size(), family.scratch_bytes(job));
    blocks = blocks_for({0, row.n}, row.m, family.n_step, family.t_step, pool.size());
    const double macs =
        static_cast<double>(row.m) * static_cast<double>(row.n) * static_cast<double>(row.k);
    return {macs, static_cast<double>(weights.bytes()), 1, [self, &family](std::int64_t) {
              self->pool.parallel_for(self->blocks.size(), [&](std::size_t i, unsigned thread) {
                isa::GemmJob block = self->job;
                block.n0 = self->blocks[i].n.begin;
                block.n1 = self->blocks[i].n.end;
                block.t0 = self->blocks[i].t.begin;
                block.t1 = self->blocks[i].t.end;
                block.scratch = self->scratch[thread].data();
                family.multiply(block);
              });
            }};
  }

  Row row;
  ThreadPool& pool;
  RandomWeights weights;
  Matrix matrix;
  std::vector<float> x, y;
  std::vector<std::int32_t> tap_row, tap_index;
  isa::GemmJob job = {};
  std::vector<AlignedBytes> scratch;
  std::vector<Block> blocks;
};

}  // namespace

std::optional<Subject> convolution_subject(const Row& row, const Setting& setting) {
  const auto state = std::make_shared<Convolution>(row, setting.pool);
  if (row.kernel == Kernel::kConv) return state->subject(*setting.kernels.gemm, state);
  if (!setting.kernels.toom_cook->supports(state->job)) return {};
  return state->subject(*setting.kernels.toom_cook, state);
}

}  // namespace decibit::bench
