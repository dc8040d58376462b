// SPDX-License-Identifier: Apache-2.0
// Every kind of weights that integers hold, and a strided convolution over the ends of x, on
// activations of both widths, and a prologue against the reference.
#include <string>
#include <vector>

#include "kernels/reference/reference.h"
#include "kernels/self_test.h"
#include "kernels/self_test_job.h"

namespace decibit {
namespace {

using isa::GemmJob;
using isa::Input;
using isa::Prologue;

std::vector<float> run(const isa::IntGemm& gemm, GemmJob job, Input input) {
  std::vector<float> y = SampleJob::y_before();
  AlignedScratch prepared(gemm.input_bytes(*job.w, input, job.channels, job.x_rows));
  AlignedScratch scratch(gemm.scratch_bytes(job, input));
  gemm.prepare(*job.w, input, job.x, job.x_stride, job.x_rows, job.channels, job.prologue, 0,
               job.x_rows, prepared.data());
  job.scratch = scratch.data();
  job.y = y.data();
  gemm.multiply(job, input, prepared.data());
  return y;
}

bool agrees(const isa::IntGemm& gemm, const SampleKind& kind, Input input, const Prologue& prologue,
            float relative) {
  const SampleJob sample(kind, prologue);
  if (!gemm.supports(sample.w.view(), input)) return true;
  return sample.agree(run(gemm, sample.job, input), run(isa::kReferenceIntGemm, sample.job, input),
                      relative);
}

}  // namespace

std::string self_test(const isa::IntGemm& gemm) {
  const char* const inputs[] = {"f32", "int16", "int8"};
  for (const SampleKind& kind : sample_kinds())
    for (const Input input : {Input::kI16, Input::kI8})
      if (!agrees(gemm, kind, input, {}, 2e-6f))
        return std::string(kind.name) + " times " + inputs[static_cast<int>(input)];
  const auto scale = sample_floats(SampleJob::kChannels, 6),
             shift = sample_floats(SampleJob::kChannels, 7);
  // A code of x may be the next one, where the prologue rounds differently.
  const Prologue prologue = {
      Prologue::Kind::kLeakyRelu, scale.data(), shift.data(), 0.2f, nullptr, nullptr};
  for (const SampleKind& kind : sample_kinds())
    if (kind.kind == isa::WeightKind::kAffine && kind.bits == 4)
      if (!agrees(gemm, kind, Input::kI16, prologue, 1e-5f)) return "prologue";
  return {};
}

}  // namespace decibit
