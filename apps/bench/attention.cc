// SPDX-License-Identifier: Apache-2.0
// Softmax attention of some heads, without a mask. Many queries: one head after the other, its
// queries divided; few: all heads at once, with keys and values that rotate as weights do. Bytes
// are queries, keys, values and outputs.
#include <algorithm>
#include <cmath>
#include <memory>

#include "bench/division.h"
#include "bench/random.h"
#include "bench/subject.h"
#include "kernels/element_of.h"

namespace decibit::bench {
namespace {

struct Heads {
  Heads(const Row& r, const Setting& s)
      : row(r),
        kernels(*s.kernels.attention),
        pool(s.pool),
        by_head(r.m > 1),
        q(random_floats(r.m * r.heads * r.k)),
        y(q.size()) {
    const std::vector<std::byte> one = random_elements(r.format.dtype, r.n * r.heads * r.k);
    cache_size = one.size();
    const std::uint64_t wanted = by_head ? 0 : s.rotation;
    copies = static_cast<std::size_t>(
        std::max<std::uint64_t>((wanted + 2 * cache_size - 1) / (2 * cache_size), 1));
    for (std::size_t i = 0; i < 2 * copies; ++i) cache.insert(cache.end(), one.begin(), one.end());
    scratch = scratch_for(pool.size(), kernels.scratch_bytes(job(0, 0)));
    queries = cut({0, row.m}, std::max<std::int64_t>(kernels.i_step, 1),
                  pool.size() == 1 ? 1 : 4 * std::int64_t{pool.size()});
  }

  isa::AttentionJob job(std::int64_t head, std::size_t copy) {
    const std::int64_t width = row.heads * row.k, element = size_bytes(row.format.dtype);
    // An encoder has rows of all heads, a decoder's KvCache the rows of a head together.
    const std::int64_t stride = (by_head ? width : row.k) * element;
    const std::int64_t from = head * row.k * element * (by_head ? 1 : row.n);
    const std::byte* const keys = cache.data() + 2 * copy * cache_size + from;
    isa::AttentionJob job = {};
    job.q = q.data() + head * row.k;
    job.q_stride = width;
    job.queries = job.i1 = row.m;
    job.cache = element_of(row.format.dtype);
    job.k = plain_bytes(keys);
    job.v = plain_bytes(keys + cache_size);
    job.k_stride = job.v_stride = stride;
    job.keys = row.n;
    job.head_dim = row.k;
    job.scale = 1 / std::sqrt(static_cast<float>(row.k));
    job.y = y.data() + head * row.k;
    job.y_stride = width;
    return job;
  }

  void run(std::int64_t turn) {
    if (by_head) {
      const isa::AttentionJob whole = job(turn % row.heads, 0);
      pool.parallel_for(queries.size(), [&](std::size_t i, unsigned thread) {
        isa::AttentionJob block = whole;
        block.i0 = queries[i].begin;
        block.i1 = queries[i].end;
        block.scratch = scratch[thread].data();
        kernels.run(block);
      });
      return;
    }
    const std::size_t copy = static_cast<std::size_t>(turn) % copies;
    pool.parallel_for(static_cast<std::size_t>(row.heads), [&](std::size_t head, unsigned thread) {
      isa::AttentionJob one = job(static_cast<std::int64_t>(head), copy);
      one.scratch = scratch[thread].data();
      kernels.run(one);
    });
  }

  double bytes() const { return static_cast<double>(2 * cache_size + 4 * (q.size() + y.size())); }

  Row row;
  const isa::Attention& kernels;
  ThreadPool& pool;
  bool by_head;
  std::vector<float> q, y;
  std::size_t cache_size = 0, copies = 1;
  std::vector<std::byte> cache;  // keys, values, keys, values, ...
  std::vector<AlignedBytes> scratch;
  std::vector<Range> queries;
};

}  // namespace

std::optional<Subject> attention_subject(const Row& row, const Setting& setting) {
  const auto state = std::make_shared<Heads>(row, setting);
  // Each score is a product of head_dim terms, and so is its share of y.
  const double macs = 2.0 * row.heads * static_cast<double>(row.m * row.n * row.k);
  return Subject{macs, state->bytes(), state->by_head ? row.heads : 1,
                 [state](std::int64_t turn) { state->run(turn); }};
}

}  // namespace decibit::bench
