// SPDX-License-Identifier: Apache-2.0
#include "nn/products.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/check.h"
#include "nn/split.h"

namespace decibit {
namespace {

using isa::GemmJob;
using isa::Input;

/// Whether packed activations serve (Gemm::pack).
bool is_linear(const Product& p) {
  const GemmJob& job = p.job;
  return job.taps == 1 && job.tap_row[0] == 0 && job.stride == 1 && p.rows == job.x_rows &&
         !job.prologue.any();
}

/// What Matvec computes: few rows, each of them by all of the weights and by nothing else.
bool has_few_rows(const Product& p) {
  return is_linear(p) && p.rows <= isa::Matvec::kMaxRows && p.job.channels == p.job.w->k &&
         p.job.feature_scale == nullptr;
}

/// One tap more or less makes no difference to what prepare() does.
bool same_activations(const GemmJob& a, const GemmJob& b) {
  const isa::Prologue &p = a.prologue, &q = b.prologue;
  return a.x == b.x && a.x_stride == b.x_stride && a.x_rows == b.x_rows &&
         a.channels == b.channels && p.kind == q.kind && p.scale == q.scale && p.shift == q.shift &&
         p.slope == q.slope && p.alpha == q.alpha && p.inv_alpha == q.inv_alpha;
}

/// How activations enter a product with `w`. Asks about the weights only.
template <class Family>
Input choose_input(Compute compute, const Family& family, const isa::Weights& w) {
  if (compute == Compute::kExact) return Input::kF32;
  // Beyond 5 bits the rounding of 8-bit activations would dominate that of the weights.
  if (compute == Compute::kFast && w.bits <= 5 && family.supports(w, Input::kI8)) return Input::kI8;
  return family.supports(w, Input::kI16) ? Input::kI16 : Input::kF32;
}

/// One product on its way: prepared activations, how it is cut, and where its scratch is.
struct Plan {
  Input input = Input::kF32;
  bool few_rows = false;
  bool toom_cook = false;
  bool packed = false;
  std::uint32_t layout = 0;
  std::byte* prepared = nullptr;  // of few_rows, of integers, and packed
  Grid grid = {};
  std::int64_t first_block = 0;
};

/// Rows of x that one task prepares.
constexpr std::int64_t kPreparedRows = 16;

class Run {
 public:
  Run(const Context& context, std::span<Product> products)
      : context_(context), products_(products), frame_(context.workspace) {
    DECIBIT_CHECK(products.size() <= kMostProducts);
  }

  void operator()() {
    for (std::size_t i = 0; i < products_.size(); ++i) plan(i);
    prepare();
    std::int64_t blocks = 0;
    std::size_t scratch_bytes = 0;
    for (std::size_t i = 0; i < products_.size(); ++i) {
      plans_[i].first_block = blocks;
      blocks += plans_[i].grid.blocks();
      scratch_bytes = std::max(scratch_bytes, scratch_of(i));
    }
    const std::size_t pitch = (scratch_bytes + 63) / 64 * 64;
    std::byte* const scratch = context_.workspace.bytes(pitch * context_.pool.size()).data();
    context_.pool.parallel_for(
        static_cast<std::size_t>(blocks), [&](std::size_t block, unsigned thread) {
          run_block(static_cast<std::int64_t>(block), scratch + thread * pitch);
        });
  }

 private:
  void plan(std::size_t i) {
    const KernelTable& kernels = context_.kernels;
    Product& p = products_[i];
    Plan& plan = plans_[i];
    p.job.t0 = 0;
    p.job.t1 = p.rows;
    p.job.n0 = 0;
    p.job.n1 = p.job.w->n;
    plan.few_rows = has_few_rows(p);
    if (plan.few_rows) {
      plan.input = choose_input(context_.compute, *kernels.matvec, *p.job.w);
      // Rows of the weights that one task streams; too few, and starting it costs more.
      constexpr std::int64_t kFewestFeatures = 16;
      const std::int64_t n = p.job.w->n;
      const std::int64_t parts = context_.pool.size() == 1 ? 1 : 2 * context_.pool.size();
      plan.layout = kernels.matvec->layout(*p.job.w, plan.input);
      plan.grid = {
          p.rows, p.rows,          1,
          n,      kFewestFeatures, std::clamp<std::int64_t>(n / kFewestFeatures, 1, parts)};
      return;
    }
    plan.toom_cook = !context_.direct_convolution && p.job.stride == 1 && has_even_taps(p.job) &&
                     kernels.toom_cook->supports(p.job);
    if (plan.toom_cook) {
      plan.grid = grid(p, *kernels.toom_cook);
      return;
    }
    plan.input = choose_input(context_.compute, *kernels.int_gemm, *p.job.w);
    if (plan.input == Input::kF32 || p.job.feature_scale != nullptr) {
      plan.input = Input::kF32;
      plan.packed = is_linear(p);
      plan.grid = grid(p, *kernels.gemm);
      return;
    }
    plan.layout = kernels.int_gemm->layout(*p.job.w, plan.input);
    plan.grid = grid(p, *kernels.int_gemm);
  }

  template <class Family>
  Grid grid(const Product& p, const Family& family) const {
    return make_grid(context_.pool.size(), p.rows, family.t_step, p.job.w->n, family.n_step);
  }

  static bool has_even_taps(const GemmJob& job) {
    for (int tap = 0; tap < job.taps; ++tap)
      if (job.tap_index[tap] != tap ||
          (tap > 1 && job.tap_row[tap] - job.tap_row[tap - 1] != job.tap_row[1] - job.tap_row[0]))
        return false;
    return job.taps > 1 && job.tap_row[1] > job.tap_row[0];
  }

  /// Prepared activations of each product, or those of an earlier one with the same.
  void prepare() {
    for (std::size_t i = 0; i < products_.size(); ++i) {
      Plan& plan = plans_[i];
      if (!plan.few_rows && plan.input == Input::kF32 && !plan.packed) continue;
      for (std::size_t j = 0; j < i && plan.prepared == nullptr; ++j)
        if (plans_[j].prepared != nullptr && plans_[j].few_rows == plan.few_rows &&
            plans_[j].input == plan.input && plans_[j].layout == plan.layout &&
            same_activations(products_[i].job, products_[j].job))
          plan.prepared = plans_[j].prepared;
      if (plan.prepared == nullptr) plan.prepared = prepare_one(products_[i], plan);
    }
  }

  std::byte* prepare_one(const Product& p, const Plan& plan) {
    const KernelTable& kernels = context_.kernels;
    const GemmJob& job = p.job;
    if (plan.few_rows) {
      std::byte* const out =
          context_.workspace.bytes(kernels.matvec->input_bytes(*job.w, plan.input, p.rows)).data();
      kernels.matvec->prepare(*job.w, plan.input, job.x, job.x_stride, p.rows, out);
      return out;
    }
    if (plan.packed) {
      const isa::Gemm& gemm = *kernels.gemm;
      std::byte* const out =
          context_.workspace.bytes(gemm.packed_bytes(job.channels, job.x_rows)).data();
      const std::int64_t step = (kPreparedRows / gemm.pack_step + 1) * gemm.pack_step;
      for_parts(context_, job.x_rows, step, [&](std::int64_t first, std::int64_t last) {
        gemm.pack(job.x, job.x_stride, job.channels, first, last, reinterpret_cast<float*>(out));
      });
      return out;
    }
    std::byte* const out =
        context_.workspace
            .bytes(kernels.int_gemm->input_bytes(*job.w, plan.input, job.channels, job.x_rows))
            .data();
    for_parts(context_, job.x_rows, kPreparedRows, [&](std::int64_t first, std::int64_t last) {
      kernels.int_gemm->prepare(*job.w, plan.input, job.x, job.x_stride, job.x_rows, job.channels,
                                job.prologue, first, last, out);
    });
    return out;
  }

  std::size_t scratch_of(std::size_t i) const {
    const KernelTable& kernels = context_.kernels;
    const Plan& plan = plans_[i];
    if (plan.few_rows) return 0;
    if (plan.input != Input::kF32)
      return kernels.int_gemm->scratch_bytes(products_[i].job, plan.input);
    return plan.toom_cook ? kernels.toom_cook->scratch_bytes(products_[i].job)
                          : kernels.gemm->scratch_bytes(products_[i].job);  // less when packed
  }

  void run_block(std::int64_t block, std::byte* scratch) const {
    std::size_t i = products_.size() - 1;
    while (plans_[i].first_block > block) --i;
    const KernelTable& kernels = context_.kernels;
    const Plan& plan = plans_[i];
    const Part rows = plan.grid.rows_of(block - plan.first_block);
    const Part features = plan.grid.features_of(block - plan.first_block);
    GemmJob job = products_[i].job;
    if (rows.begin == rows.end || features.begin == features.end) return;
    if (plan.few_rows) {
      kernels.matvec->multiply({job.w, plan.prepared, products_[i].rows, job.bias, job.y,
                                job.y_stride, features.begin, features.end, job.add},
                               plan.input);
      return;
    }
    job.t0 = rows.begin;
    job.t1 = rows.end;
    job.n0 = features.begin;
    job.n1 = features.end;
    job.scratch = scratch;
    if (plan.input != Input::kF32) {
      kernels.int_gemm->multiply(job, plan.input, plan.prepared);
    } else if (plan.toom_cook) {
      kernels.toom_cook->multiply(job);
    } else {
      if (plan.packed) job.packed = reinterpret_cast<const float*>(plan.prepared);
      kernels.gemm->multiply(job);
    }
  }

  const Context& context_;
  std::span<Product> products_;
  Workspace::Frame frame_;
  std::array<Plan, kMostProducts> plans_;
};

}  // namespace

void run_products(const Context& context, std::span<Product> products) { Run(context, products)(); }

}  // namespace decibit
