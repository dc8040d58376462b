// SPDX-License-Identifier: Apache-2.0
// Every kind of weights, a strided convolution over the ends of x, packed rows, and every prologue
// against the reference.
#include <string>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/self_test.h"
#include "kernels/self_test_job.h"

namespace decibit {
namespace {

using isa::GemmJob;
using isa::Prologue;

std::vector<float> run(const isa::Gemm& gemm, GemmJob job) {
  std::vector<float> y = SampleJob::y_before();
  AlignedScratch scratch(gemm.scratch_bytes(job));
  job.scratch = scratch.data();
  job.y = y.data();
  gemm.multiply(job);
  return y;
}

bool agrees(const isa::Gemm& gemm, const SampleKind& kind, const Prologue& prologue) {
  const SampleJob sample(kind, prologue);
  return sample.agree(run(gemm, sample.job), run(isa::kReferenceGemm, sample.job), 2e-6f);
}

/// A Linear of packed rows: overlapping pieces of the sample's x. Rows and features enough for a
/// full tile and more.
std::vector<float> run_packed(const isa::Gemm& gemm, const SampleJob& sample) {
  constexpr std::int64_t kLinearRows = 13, kStride = 64, kLinearFeatures = 35;
  static constexpr std::int32_t kHere = 0;
  const SampleWeights weights(sample_kinds().front(), kLinearFeatures, SampleJob::kTerms);
  std::vector<float> y(static_cast<std::size_t>(kLinearRows * kLinearFeatures));
  AlignedScratch packed(gemm.packed_bytes(SampleJob::kTerms, kLinearRows));
  auto* const out = static_cast<float*>(packed.data());
  gemm.pack(sample.job.x, kStride, SampleJob::kTerms, 0, kLinearRows, out);
  GemmJob job = sample.job;
  job.w = &weights.view();
  job.channels = SampleJob::kTerms;
  job.taps = 1;
  job.tap_row = job.tap_index = &kHere;
  job.stride = 1;
  job.x_rows = job.t1 = kLinearRows;
  job.packed = out;
  job.bias = nullptr;
  job.add = false;
  job.y = y.data();
  job.y_stride = job.n1 = kLinearFeatures;
  AlignedScratch scratch(gemm.scratch_bytes(job));
  job.scratch = scratch.data();
  gemm.multiply(job);
  return y;
}

}  // namespace

std::string self_test(const isa::Gemm& gemm) {
  for (const SampleKind& kind : sample_kinds())
    if (!agrees(gemm, kind, {})) return kind.name;
  const SampleJob sample(sample_kinds().front(), {});
  if (!sample.agree(run_packed(gemm, sample), run_packed(isa::kReferenceGemm, sample), 2e-6f))
    return "packed rows";
  const auto scale = sample_floats(SampleJob::kChannels, 6),
             shift = sample_floats(SampleJob::kChannels, 7);
  std::vector<float> alpha, inverse;
  for (const float s : scale) {
    alpha.push_back(s + 1.5f);
    inverse.push_back(1 / alpha.back());
  }
  for (const auto kind :
       {Prologue::Kind::kNone, Prologue::Kind::kLeakyRelu, Prologue::Kind::kSnake}) {
    const Prologue prologue = {kind, scale.data(), shift.data(),
                               0.2f, alpha.data(), inverse.data()};
    if (!agrees(gemm, sample_kinds().front(), prologue))
      return "prologue " + std::to_string(static_cast<int>(kind));
  }
  return {};
}

}  // namespace decibit
