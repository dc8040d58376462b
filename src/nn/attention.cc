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
  std::int64_t k_stride, v_stride;  // bytes
  std::int64_t count, ring;
};

void run(const Context& context, const AttentionShape& shape, ConstRows q, const Tokens& tokens,
         std::int64_t first_position, Rows y, float* weights) {
  DECIBIT_CHECK(q.width == shape.heads * shape.head_dim && y.width == q.width &&
                y.count == q.count && shape.heads % shape.kv_heads == 0);
  const isa::Attention& kernel = *context.kernels.attention;
  // Heads that share keys are queries of one job. Their weights would come interleaved, though.
  const std::int64_t group = weights == nullptr ? shape.heads / shape.kv_heads : 1;
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
  job.first_position = first_position;
  job.y_stride = y.stride;

  const Workspace::Frame frame(context.workspace);
  const std::size_t pitch = (kernel.scratch_bytes(job) + 63) / 64 * 64;
  std::byte* const scratch = context.workspace.bytes(pitch * context.pool.size()).data();
  const std::int64_t item =
      size_bytes(tokens.element == isa::Element::kF32 ? DType::kF32 : DType::kF16);
  const std::int64_t jobs = shape.heads / group;
  const std::int64_t steps = (job.queries + kernel.i_step - 1) / kernel.i_step;
  // A block packs the keys of its head again, so heads are divided first.
  const std::int64_t parts =
      std::min(steps, (std::int64_t{4} * context.pool.size() + jobs - 1) / jobs);
  context.pool.parallel_for(static_cast<std::size_t>(jobs * parts), [&](std::size_t i,
                                                                        unsigned thread) {
    const std::int64_t head = static_cast<std::int64_t>(i) / parts * group;
    const std::int64_t from = head * shape.kv_heads / shape.heads * shape.head_dim * item;
    const Part range =
        part(job.queries, kernel.i_step, parts, static_cast<std::int64_t>(i) % parts);
    isa::AttentionJob block = job;
    block.q = q.data + head * shape.head_dim;
    block.k = tokens.k + from;
    block.v = tokens.v + from;
    block.y = y.data + head * shape.head_dim;
    block.i0 = range.begin;
    block.i1 = range.end;
    block.probabilities = weights == nullptr ? nullptr : weights + head * q.count * tokens.count;
    block.scratch = scratch + thread * pitch;
    kernel.run(block);
  });
}

}  // namespace

void attention(const Context& context, const AttentionShape& shape, ConstRows q, ConstRows k,
               ConstRows v, Rows y, float* weights) {
  DECIBIT_CHECK(k.width == shape.kv_heads * shape.head_dim && v.width == k.width &&
                k.count == v.count);
  constexpr std::int64_t kItem = sizeof(float);
  run(context, shape, q,
      {isa::Element::kF32, reinterpret_cast<const std::uint8_t*>(k.data),
       reinterpret_cast<const std::uint8_t*>(v.data), k.stride * kItem, v.stride * kItem, k.count,
       0},
      k.count - q.count, y, weights);
}

void attention(const Context& context, const AttentionShape& shape, ConstRows q,
               const KvCache& cache, Rows y, float* weights) {
  DECIBIT_CHECK(cache.width() == shape.kv_heads * shape.head_dim);
  const bool wrapped = cache.length() > cache.capacity();
  DECIBIT_CHECK(!wrapped || (shape.causal && shape.window > 0 &&
                             shape.window + q.count - 1 <= cache.capacity()));
  run(context, shape, q,
      {element_of(cache.dtype()), plain_bytes(cache.keys()), plain_bytes(cache.values()),
       cache.row_bytes(), cache.row_bytes(), cache.length(), wrapped ? cache.capacity() : 0},
      cache.length() - q.count, y, weights);
}

}  // namespace decibit
