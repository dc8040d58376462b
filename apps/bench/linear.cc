// SPDX-License-Identifier: Apache-2.0
// Linear layers: few rows of activations, whose weights come from DRAM, and many rows. The time
// includes quantizing or reordering the activations, which layers in a row can share in a model.
#include <algorithm>
#include <memory>

#include "bench/division.h"
#include "bench/random.h"
#include "bench/subject.h"

namespace decibit::bench {
namespace {

isa::Input input_of(Compute compute) {
  switch (compute) {
    case Compute::kExact:
      return isa::Input::kF32;
    case Compute::kInt16:
      return isa::Input::kI16;
    case Compute::kInt8:
      return isa::Input::kI8;
  }
  return isa::Input::kF32;
}

double macs_of(const Row& row) {
  return static_cast<double>(row.m) * static_cast<double>(row.n) * static_cast<double>(row.k);
}

struct FewRows {
  FewRows(const Row& r, const Setting& s)
      : row(r),
        kernels(*s.kernels.matvec),
        pool(s.pool),
        input(input_of(r.compute)),
        weights(r.format, r.n, r.k, s.rotation),
        x(random_floats(r.m * r.k)),
        y(static_cast<std::size_t>(r.m * r.n)),
        features(cut({0, r.n}, 2, s.pool.size() == 1 ? 1 : 4 * std::int64_t{s.pool.size()})) {
    prepared = AlignedBytes(kernels.input_bytes(weights.copy(0).view(), input, row.m));
  }

  void run(std::int64_t turn) {
    const Matrix matrix = weights.copy(static_cast<std::size_t>(turn) % weights.copies());
    const isa::Weights& w = matrix.view();
    kernels.prepare(w, input, x.data(), row.k, row.m, prepared.data());
    pool.parallel_for(features.size(), [&](std::size_t i) {
      kernels.multiply({&w, prepared.data(), row.m, nullptr, y.data(), row.n, features[i].begin,
                        features[i].end, false},
                       input);
    });
  }

  Row row;
  const isa::Matvec& kernels;
  ThreadPool& pool;
  isa::Input input;
  RandomWeights weights;
  std::vector<float> x, y;
  std::vector<Range> features;
  AlignedBytes prepared;
};

constexpr std::int32_t kZero = 0;  // of a Linear's one tap: row and index

struct ManyRows {
  ManyRows(const Row& r, const Setting& s)
      : row(r),
        pool(s.pool),
        weights(r.format, r.n, r.k, 0),
        matrix(weights.copy(0)),
        x(random_floats(r.m * r.k)),
        y(static_cast<std::size_t>(r.m * r.n)),
        parts(parts_for(macs_of(r), r.n, s.pool.size())) {
    job.w = &matrix.view();
    job.channels = row.k;
    job.taps = 1;
    job.tap_row = job.tap_index = &kZero;
    job.stride = 1;
    job.x = x.data();
    job.x_stride = row.k;
    job.x_rows = job.t1 = row.m;
    job.y = y.data();
    job.y_stride = job.n1 = row.n;
  }
  ManyRows(const ManyRows&) = delete;  // job points into this
  ManyRows& operator=(const ManyRows&) = delete;

  template <class Multiply>
  void run(std::int64_t turn, std::int64_t n_step, std::int64_t t_step, const Multiply& multiply) {
    const auto blocks =
        blocks_for(part_of(row.n, turn % parts, parts), row.m, n_step, t_step, pool.size());
    pool.parallel_for(blocks.size(), [&](std::size_t i, unsigned thread) {
      isa::GemmJob block = job;
      block.n0 = blocks[i].n.begin;
      block.n1 = blocks[i].n.end;
      block.t0 = blocks[i].t.begin;
      block.t1 = blocks[i].t.end;
      block.scratch = scratch[thread].data();
      multiply(block);
    });
  }

  Row row;
  ThreadPool& pool;
  RandomWeights weights;
  Matrix matrix;
  std::vector<float> x, y;
  std::int64_t parts;
  isa::GemmJob job = {};
  std::vector<AlignedBytes> scratch;
  AlignedBytes prepared;
};

}  // namespace

std::optional<Subject> matvec_subject(const Row& row, const Setting& setting) {
  const RandomWeights probe(row.format, 1, row.k, 0);
  if (!setting.kernels.matvec->supports(probe.copy(0).view(), input_of(row.compute))) return {};
  const auto state = std::make_shared<FewRows>(row, setting);
  return Subject{macs_of(row), static_cast<double>(state->weights.bytes()), 1,
                 [state](std::int64_t turn) { state->run(turn); }};
}

std::optional<Subject> gemm_subject(const Row& row, const Setting& setting) {
  const isa::Gemm& gemm = *setting.kernels.gemm;
  const auto state = std::make_shared<ManyRows>(row, setting);
  state->prepared = AlignedBytes(gemm.packed_bytes(row.k, row.m));
  auto* const packed = reinterpret_cast<float*>(state->prepared.data());
  const auto pack = [state, &gemm, packed](Range rows) {
    const auto pieces = cut(rows, gemm.pack_step, 4 * std::int64_t{state->pool.size()});
    state->pool.parallel_for(pieces.size(), [&](std::size_t i) {
      gemm.pack(state->x.data(), state->row.k, state->row.k, pieces[i].begin, pieces[i].end,
                packed);
    });
  };
  pack({0, row.m});
  state->job.packed = packed;
  state->scratch = scratch_for(setting.pool.size(), gemm.scratch_bytes(state->job));
  return Subject{macs_of(row), static_cast<double>(state->weights.bytes()), state->parts,
                 [=, &gemm](std::int64_t turn) {
                   // Each part packs its share of the rows again.
                   const std::int64_t step = gemm.pack_step, m = state->row.m;
                   const Range steps =
                       part_of((m + step - 1) / step, turn % state->parts, state->parts);
                   pack({steps.begin * step, std::min(steps.end * step, m)});
                   state->run(turn, gemm.n_step, gemm.t_step, gemm.multiply);
                 }};
}

std::optional<Subject> int_gemm_subject(const Row& row, const Setting& setting) {
  const isa::IntGemm& gemm = *setting.kernels.int_gemm;
  const isa::Input input = input_of(row.compute);
  const RandomWeights probe(row.format, 1, row.k, 0);
  if (!gemm.supports(probe.copy(0).view(), input)) return {};
  const auto state = std::make_shared<ManyRows>(row, setting);
  state->scratch = scratch_for(setting.pool.size(), gemm.scratch_bytes(state->job, input));
  state->prepared = AlignedBytes(gemm.input_bytes(*state->job.w, input, row.k, row.m));
  const auto prepare = [state, &gemm, input](Range rows) {
    const auto pieces = cut(rows, 1, state->pool.size());
    state->pool.parallel_for(pieces.size(), [&](std::size_t i) {
      gemm.prepare(*state->job.w, input, state->x.data(), state->row.k, state->row.m, state->row.k,
                   {}, pieces[i].begin, pieces[i].end, state->prepared.data());
    });
  };
  prepare({0, row.m});
  return Subject{macs_of(row), static_cast<double>(state->weights.bytes()), state->parts,
                 [=, &gemm](std::int64_t turn) {
                   // Each part prepares its share of the rows again, to the same bytes.
                   prepare(part_of(state->row.m, turn % state->parts, state->parts));
                   state->run(turn, gemm.n_step, gemm.t_step, [&](const isa::GemmJob& job) {
                     gemm.multiply(job, input, state->prepared.data());
                   });
                 }};
}

}  // namespace decibit::bench
