// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/generator.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <string>

#include "core/check.h"
#include "dsp/window.h"
#include "nn/activation.h"
#include "nn/split.h"

namespace decibit::styletts2 {
namespace {

constexpr float kUpSlope = 0.1f;
constexpr float kPostSlope = 0.01f;  // PyTorch's default, unlike the others

isa::Prologue leaky(float slope) {
  isa::Prologue prologue;
  prologue.kind = isa::Prologue::Kind::kLeakyRelu;
  prologue.slope = slope;
  return prologue;
}

void copy(const Context& context, ConstRows from, Rows to) {
  for_parts(context, to.count, rows_per_part(to.width), [&](std::int64_t t0, std::int64_t t1) {
    for (std::int64_t t = t0; t < t1; ++t) std::copy_n(from.row(t), to.width, to.row(t));
  });
}

/// y = a * (x + y)
void add_scaled(const Context& context, ConstRows x, float a, Rows y) {
  const isa::Pointwise& pointwise = *context.kernels.pointwise;
  const auto width = static_cast<std::size_t>(y.width);
  for_parts(context, y.count, rows_per_part(y.width), [&](std::int64_t t0, std::int64_t t1) {
    for (std::int64_t t = t0; t < t1; ++t) {
      pointwise.add(y.row(t), x.row(t), width, y.row(t));
      if (a != 1) pointwise.scale(a, y.row(t), width, y.row(t));
    }
  });
}

}  // namespace

Generator::Generator(const GeneratorDims& dims)
    : stft_(periodic_hann(static_cast<std::size_t>(dims.fft_size)), dims.hop),
      samples_per_row_(dims.hop) {
  for (const std::int64_t rate : dims.upsample_rates) samples_per_row_ *= rate;
}

Generator Generator::bind(WeightBinder& binder, const Dims& dims, AlphaName alpha) {
  const GeneratorDims& g = dims.generator;
  Generator generator(g);
  const std::string path = "decoder.generator.";
  generator.source_ = HarmonicSource::bind(binder, path + "m_source");
  const std::int64_t spectrum = g.fft_size + 2;
  const std::size_t stages = g.upsample_rates.size(), blocks = g.resblock_taps.size();
  for (std::size_t i = 0; i < stages; ++i) {
    const std::string number = std::to_string(i);
    const bool last = i + 1 == stages;
    const std::int64_t channels = g.initial_channels >> (i + 1);
    const int rate = static_cast<int>(g.upsample_rates[i]);
    const int taps = static_cast<int>(g.upsample_taps[i]);
    // From the rate of the source's frames down to this stage's.
    int stride = 1;
    for (std::size_t j = i + 1; j < stages; ++j) stride *= static_cast<int>(g.upsample_rates[j]);
    Stage stage;
    stage.up = bind_normed_transpose(binder, path + "ups." + number,
                                     {.inputs = g.initial_channels >> i,
                                      .outputs = channels,
                                      .taps = taps,
                                      .stride = rate,
                                      .padding = (taps - rate) / 2});
    stage.noise_conv = Conv1d::bind(binder, path + "noise_convs." + number,
                                    {.inputs = spectrum,
                                     .outputs = channels,
                                     .taps = last ? 1 : 2 * stride,
                                     .stride = stride,
                                     .padding = last ? 0 : (stride + 1) / 2});
    stage.noise_block = SnakeBlock::bind(binder, path + "noise_res." + number, channels,
                                         last ? 11 : 7, dims.style, alpha);
    for (std::size_t j = 0; j < blocks; ++j)
      stage.blocks.push_back(SnakeBlock::bind(binder,
                                              path + "resblocks." + std::to_string(i * blocks + j),
                                              channels, g.resblock_taps[j], dims.style, alpha));
    generator.stages_.push_back(std::move(stage));
  }
  generator.post_ = NormedConv::bind(
      binder, path + "conv_post",
      {.inputs = g.initial_channels >> stages, .outputs = spectrum, .taps = 7, .padding = 3});
  return generator;
}

void Generator::forward(const Context& context, ConstRows x, ConstRows f0,
                        std::span<const float> style, const SourceNoise& noise,
                        const Overrides& overrides, std::span<float> audio) const {
  DECIBIT_CHECK(static_cast<std::int64_t>(audio.size()) == x.count * samples_per_row_);
  const Workspace::Frame frame(context.workspace);
  Workspace& workspace = context.workspace;
  const auto bins = static_cast<std::int64_t>(stft_.bins());
  const std::int64_t frames = stft_.frames(static_cast<std::int64_t>(audio.size()));
  const Rows source = workspace.rows(frames, 2 * bins);
  const Rows spectrum = workspace.rows(frames, 2 * bins);
  if (overrides.source_spectrum) {
    copy(context, *overrides.source_spectrum, source);
  } else {
    source_spectrum(context, f0, noise, overrides, source);
  }
  overrides.show("source_spectrum", source);
  {
    const Workspace::Frame features(workspace);
    ConstRows in = x;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      const Stage& stage = stages_[i];
      const bool last = i + 1 == stages_.size();
      const std::int64_t rows = last ? frames : in.count * stage.up.shape().stride;
      const Rows out = workspace.rows(rows, stage.up.shape().outputs);
      run_stage(context, stage, last, in, source, style, overrides, out);
      overrides.show("stage." + std::to_string(i), out);
      in = out;
    }
    post_.forward(context, in, spectrum, leaky(kPostSlope));
  }
  overrides.show("conv_post", spectrum);
  synthesize(context, spectrum, overrides, audio);
}

void Generator::source_spectrum(const Context& context, ConstRows f0, const SourceNoise& noise,
                                const Overrides& overrides, Rows features) const {
  const Workspace::Frame frame(context.workspace);
  const std::int64_t samples = f0.count * samples_per_row_;
  const std::span<float> source = context.workspace.array<float>(samples);
  source_.forward(context, {f0.data, static_cast<std::size_t>(f0.count)}, samples_per_row_, noise,
                  overrides.source_noise, source);
  overrides.show("source", {source.data(), samples, 1, 1});
  const std::size_t bins = stft_.bins(), scratch_size = stft_.scratch_size() + bins;
  const auto scratch = context.workspace.array<Stft::Complex>(
      static_cast<std::int64_t>(scratch_size * context.pool.size()));
  constexpr std::int64_t kFrames = 256;  // of one task
  const auto tasks = static_cast<std::size_t>((features.count + kFrames - 1) / kFrames);
  context.pool.parallel_for(tasks, [&](std::size_t task, unsigned thread) {
    const auto own = scratch.subspan(thread * scratch_size, scratch_size);
    const auto spectrum = own.first(bins);
    const std::int64_t first = static_cast<std::int64_t>(task) * kFrames;
    for (std::int64_t f = first; f < std::min(first + kFrames, features.count); ++f) {
      stft_.forward(source, f, spectrum, own.subspan(bins));
      for (std::size_t bin = 0; bin < bins; ++bin) {
        features.row(f)[bin] = static_cast<float>(std::abs(spectrum[bin]));
        // The first and last bin are real, with an imaginary part of +0: 0 or pi, never -pi.
        features.row(f)[bins + bin] = static_cast<float>(std::arg(spectrum[bin]));
      }
    }
  });
}

void Generator::run_stage(const Context& context, const Stage& stage, bool last, ConstRows x,
                          ConstRows source, std::span<const float> style,
                          const Overrides& overrides, Rows y) const {
  Workspace& workspace = context.workspace;
  const Workspace::Frame frame(workspace);
  // The last stage has one row more, the frame before the first sample: a mirror image.
  stage.up.forward(context, x, last ? y.rows(1, y.count - 1) : y, leaky(kUpSlope));
  if (last && overrides.zero_pad) {
    std::fill_n(y.row(0), y.width, 0.0f);
  } else if (last) {
    std::copy_n(y.row(2), y.width, y.row(0));
  }
  const Rows scratch = workspace.rows(y.count, y.width);
  {
    const Workspace::Frame noise_frame(workspace);
    const Rows noise = workspace.rows(y.count, y.width);
    stage.noise_conv.forward(context, source, noise);
    stage.noise_block.forward(context, noise, scratch, style);
    add_scaled(context, noise, 1, y);
  }
  const Rows sum = workspace.rows(y.count, y.width), branch = workspace.rows(y.count, y.width);
  for (std::size_t i = 0; i < stage.blocks.size(); ++i) {
    const Rows to = i == 0 ? sum : branch;
    copy(context, y, to);
    stage.blocks[i].forward(context, to, scratch, style);
    if (i > 0) add_scaled(context, branch, 1, sum);
  }
  const float mean = 1 / static_cast<float>(stage.blocks.size());
  const isa::Pointwise& pointwise = *context.kernels.pointwise;
  for_parts(context, y.count, rows_per_part(y.width), [&](std::int64_t t0, std::int64_t t1) {
    for (std::int64_t t = t0; t < t1; ++t)
      pointwise.scale(mean, sum.row(t), static_cast<std::size_t>(y.width), y.row(t));
  });
}

void Generator::synthesize(const Context& context, Rows spectrum, const Overrides& overrides,
                           std::span<float> audio) const {
  const Workspace::Frame frame(context.workspace);
  const std::size_t bins = stft_.bins();
  const isa::Pointwise& pointwise = *context.kernels.pointwise;
  for_parts(context, spectrum.count, rows_per_part(spectrum.width),
            [&](std::int64_t t0, std::int64_t t1) {
              for (std::int64_t t = t0; t < t1; ++t) {
                float* const row = spectrum.row(t);
                pointwise.apply(isa::Function::kExp, row, bins, row);
                pointwise.apply(isa::Function::kSin, row + bins, bins, row + bins);
              }
            });
  overrides.show("spectrum", spectrum);
  constexpr std::int64_t kSamples = 2400;  // of one task
  const auto samples = static_cast<std::int64_t>(audio.size());
  const std::size_t scratch_size = stft_.scratch_size();
  const std::size_t sums_size = Stft::sums_size(kSamples);
  const auto scratch = context.workspace.array<Stft::Complex>(
      static_cast<std::int64_t>(scratch_size * context.pool.size()));
  const auto sums =
      context.workspace.array<double>(static_cast<std::int64_t>(sums_size * context.pool.size()));
  context.pool.parallel_for(
      static_cast<std::size_t>((samples + kSamples - 1) / kSamples),
      [&](std::size_t task, unsigned thread) {
        const std::int64_t first = static_cast<std::int64_t>(task) * kSamples;
        const auto count = static_cast<std::size_t>(std::min(kSamples, samples - first));
        stft_.inverse(
            spectrum.count, first, audio.subspan(static_cast<std::size_t>(first), count),
            [&](std::int64_t f, std::span<Stft::Complex> bin) {
              const float* const row = spectrum.row(f);
              for (std::size_t i = 0; i < bins; ++i)
                bin[i] = std::polar(double{row[i]}, double{row[bins + i]});
            },
            scratch.subspan(thread * scratch_size, scratch_size),
            sums.subspan(thread * sums_size, Stft::sums_size(count)));
      });
}

}  // namespace decibit::styletts2
