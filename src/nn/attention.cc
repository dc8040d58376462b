// SPDX-License-Identifier: Apache-2.0
#include "nn/attention.h"

#include "core/check.h"
#include "kernels/attention.h"
#include "kernels/element_of.h"
#include "nn/split.h"

namespace decibit {
namespace {

/// Where keys and values lie.
struct Tokens {
  isa::Element element;
  const std::uint8_t* k;
  const std::uint8_t* v;
  std::int64_t k_stride, v_stride;  // bytes from token to token,
  std::int64_t head_bytes;          // and from one key head to the next
  std::int64_t count, ring;
};

void check_shapes(const AttentionShape& shape, ConstRows q, Rows y) {
  DECIBIT_CHECK(q.width == shape.heads * shape.head_dim && y.width == q.width &&
                y.count == q.count && shape.heads % shape.kv_heads == 0);
}

/// What the jobs of all heads have in common. `group` heads that share keys are queries of one job.
isa::AttentionJob make_job(const AttentionShape& shape, ConstRows q, const Tokens& tokens,
                           std::int64_t group, Rows y) {
  isa::AttentionJob job = {};
  job.q_stride = q.stride;
  job.queries = q.count * group;
  job.group = group;
  job.q_head_stride = job.y_head_stride = shape.head_dim;
  job.cache = tokens.element;
  job.k_stride = tokens.k_stride;
  job.v_stride = tokens.v_stride;
  job.keys = tokens.count;
  job.ring = tokens.ring;
  job.head_dim = shape.head_dim;
  job.scale = shape.scale;
  job.causal = shape.causal;
  job.window = shape.window;
  job.first_position = tokens.count - q.count;
  job.y_stride = y.stride;
  return job;
}

/// Lets the job be that of `head` and those that share its keys.
void set_head(isa::AttentionJob& job, const AttentionShape& shape, ConstRows q,
              const Tokens& tokens, std::int64_t head, Rows y) {
  const std::int64_t from = head * shape.kv_heads / shape.heads * tokens.head_bytes;
  job.q = q.data + head * shape.head_dim;
  job.k = tokens.k + from;
  job.v = tokens.v + from;
  job.y = y.data + head * shape.head_dim;
}

/// Scratch memory of `bytes` for each thread, in the workspace's current frame.
class ThreadScratch {
 public:
  ThreadScratch(const Context& context, std::size_t bytes)
      : pitch_((bytes + 63) / 64 * 64),
        data_(context.workspace.bytes(pitch_ * context.pool.size()).data()) {}
  std::byte* of(unsigned thread) const { return data_ + thread * pitch_; }

 private:
  std::size_t pitch_;
  std::byte* data_;
};

void run(const Context& context, const AttentionShape& shape, ConstRows q, const Tokens& tokens,
         Rows y, HeadWeights weights) {
  check_shapes(shape, q, y);
  DECIBIT_CHECK(weights.empty() || static_cast<std::int64_t>(weights.size()) == shape.heads);
  const isa::Attention& kernel = *context.kernels.attention;
  // The weights of heads in one job would come interleaved.
  const std::int64_t group = weights.empty() ? shape.heads / shape.kv_heads : 1;
  const isa::AttentionJob job = make_job(shape, q, tokens, group, y);
  const Workspace::Frame frame(context.workspace);
  const ThreadScratch scratch(context, kernel.scratch_bytes(job));
  const std::int64_t jobs = shape.heads / group;
  const std::int64_t steps = (job.queries + kernel.i_step - 1) / kernel.i_step;
  // A block packs the keys of its head again, so heads are divided first.
  const std::int64_t parts =
      std::min(steps, (std::int64_t{4} * context.pool.size() + jobs - 1) / jobs);
  context.pool.parallel_for(
      static_cast<std::size_t>(jobs * parts), [&](std::size_t i, unsigned thread) {
        const std::int64_t head = static_cast<std::int64_t>(i) / parts * group;
        const Part range =
            part(job.queries, kernel.i_step, parts, static_cast<std::int64_t>(i) % parts);
        isa::AttentionJob block = job;
        set_head(block, shape, q, tokens, head, y);
        block.i0 = range.begin;
        block.i1 = range.end;
        block.probabilities = weights.empty() ? nullptr : weights[static_cast<std::size_t>(head)];
        block.scratch = scratch.of(thread);
        kernel.run(block);
      });
}

Tokens tokens_of(const AttentionShape& shape, const KvCache& cache, std::int64_t queries) {
  DECIBIT_CHECK(cache.heads() == shape.kv_heads && cache.head_dim() == shape.head_dim &&
                queries <= cache.length());
  const bool wrapped = cache.length() > cache.capacity();
  DECIBIT_CHECK(!wrapped || (shape.causal && shape.window > 0 &&
                             shape.window + queries - 1 <= cache.capacity()));
  return {element_of(cache.dtype()),
          plain_bytes(cache.keys()),
          plain_bytes(cache.values()),
          cache.row_bytes(),
          cache.row_bytes(),
          cache.head_bytes(),
          cache.length(),
          wrapped ? cache.capacity() : 0};
}

}  // namespace

void attention(const Context& context, const AttentionShape& shape, ConstRows q, ConstRows k,
               ConstRows v, Rows y, HeadWeights weights) {
  DECIBIT_CHECK(k.width == shape.kv_heads * shape.head_dim && v.width == k.width &&
                k.count == v.count);
  constexpr std::int64_t kItem = sizeof(float);
  run(context, shape, q,
      {isa::Element::kF32, reinterpret_cast<const std::uint8_t*>(k.data),
       reinterpret_cast<const std::uint8_t*>(v.data), k.stride * kItem, v.stride * kItem,
       shape.head_dim * kItem, k.count, 0},
      y, weights);
}

void attention(const Context& context, const AttentionShape& shape, ConstRows q,
               const KvCache& cache, Rows y, HeadWeights weights) {
  run(context, shape, q, tokens_of(shape, cache, shape.causal ? q.count : 0), y, weights);
}

void attention(const Context& context, const AttentionShape& shape, ConstRows q,
               std::span<const KvCache* const> caches, Rows y) {
  check_shapes(shape, q, y);
  DECIBIT_CHECK(static_cast<std::int64_t>(caches.size()) == q.count && q.count > 0);
  const isa::Attention& kernel = *context.kernels.attention;
  const std::int64_t group = shape.heads / shape.kv_heads;
  const auto jobs = static_cast<std::size_t>(shape.kv_heads);
  const auto job_of = [&](std::size_t text) {
    const auto i = static_cast<std::int64_t>(text);
    return make_job(shape, q.rows(i, 1), tokens_of(shape, *caches[text], 1), group, y.rows(i, 1));
  };
  const Workspace::Frame frame(context.workspace);
  const ThreadScratch scratch(context, kernel.scratch_bytes(job_of(0)));
  context.pool.parallel_for(caches.size() * jobs, [&](std::size_t at, unsigned thread) {
    const std::size_t text = at / jobs;
    const auto i = static_cast<std::int64_t>(text);
    isa::AttentionJob job = job_of(text);
    set_head(job, shape, q.rows(i, 1), tokens_of(shape, *caches[text], 1),
             static_cast<std::int64_t>(at % jobs) * group, y.rows(i, 1));
    job.i1 = job.queries;
    job.scratch = scratch.of(thread);
    kernel.run(job);
  });
}

}  // namespace decibit
