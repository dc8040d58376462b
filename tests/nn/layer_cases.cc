// SPDX-License-Identifier: Apache-2.0
#include "layer_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <tuple>

#include "kernels/reference/weight_value.h"
#include "nn/attention.h"
#include "nn/conv1d.h"
#include "nn/conv_transpose1d.h"
#include "nn/embedding.h"
#include "nn/linear.h"
#include "nn/lstm.h"
#include "nn/norm.h"
#include "test_tensors.h"

namespace decibit::testing {
namespace {

using Doubles = std::vector<double>;

/// Random numbers that live as long as the case which captures them.
struct Floats {
  std::shared_ptr<std::vector<float>> values;
  std::int64_t width;

  Floats(std::int64_t count, std::int64_t row_width, std::mt19937& random, float size = 1)
      : values(std::make_shared<std::vector<float>>(normals(count * row_width, size, random))),
        width(row_width) {}
  std::int64_t count() const { return static_cast<std::int64_t>(values->size()) / width; }
  ConstRows rows() const { return {values->data(), count(), width, width}; }
  std::span<const float> span() const { return *values; }
  double at(std::int64_t row, std::int64_t column) const {
    return (*values)[static_cast<std::size_t>(row * width + column)];
  }
};

struct Weights {
  std::shared_ptr<TestMatrix> own;
  Doubles values;  // [n, k]

  const Matrix& matrix() const { return own->matrix; }
  double at(std::int64_t n, std::int64_t k) const {
    return values[static_cast<std::size_t>(n * matrix().k() + k)];
  }
};

Weights make_weights(std::string_view format, std::int64_t n, std::int64_t k,
                     std::mt19937& random) {
  Weights w;
  if (const auto dtype = dtype_from_name(format)) {
    w.own = std::make_shared<TestMatrix>(TestMatrix::dense(*dtype, n, k, random));
    for (std::int64_t i = 0; i < n * k; ++i)
      w.values.push_back(
          load_element(*dtype, w.own->codes.data() + 1, static_cast<std::size_t>(i)));
    return w;
  }
  const auto schemes = all_schemes();
  const auto scheme = std::find_if(schemes.begin(), schemes.end(),
                                   [&](const Scheme& s) { return to_string(s) == format; });
  w.own = std::make_shared<TestMatrix>(TestMatrix::quantized(*scheme, DType::kF16, n, k, random));
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < k; ++j)
      w.values.push_back(isa::weight_value(w.matrix().view(), i, j));
  return w;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

class Cases {
 public:
  std::vector<LayerCase> all() {
    for (const char* format : {"F32", "BF16", "4:64", "6:64", "8:128", "mxfp4", "mxfp8", "nvfp4"})
      for (const std::int64_t m : {1, 8, 9, 70}) linear(format, m, Compute::kExact, 2e-5);
    for (const std::int64_t m : {1, 70}) {
      linear("4:64", m, Compute::kAuto, 3e-4);
      linear("8:64", m, Compute::kAuto, 3e-4);
      linear("4:64", m, Compute::kFast, 5e-2);
      linear("nvfp4", m, Compute::kFast, 5e-2);
      linear("8:64", m, Compute::kFast, 3e-4);
    }
    shared_input();
    embedding("BF16");
    embedding("4:64");
    embedding("mxfp8");

    const ConvShape plain{64, 48, 3, 1, 1, 1};
    conv("F32", plain, 150, Compute::kExact);
    ConvShape shape = plain;
    shape.taps = 7;
    shape.dilation = 3;
    shape.padding = 9;
    conv("F32", shape, 400, Compute::kExact);
    shape.stride = 2;
    conv("F16", shape, 101, Compute::kExact);
    conv("8:64", {64, 40, 3, 1, 5, 5}, 120, Compute::kExact);
    conv("F32", {12, 6, 5, 1, 1, 2, 3}, 40, Compute::kExact);
    conv("F32", {10, 10, 5, 1, 2, 4, 10}, 60, Compute::kExact);
    conv("F32", {3, 5, 1, 1, 1, 0}, 9, Compute::kExact);
    conv("F32", {64, 48, 1, 1, 1, 0}, 8, Compute::kExact, Activation::kNo);
    conv("F32", {40, 24, 11, 1, 1, 5}, 300, Compute::kAuto);

    transposed({32, 16, 20, 10, 5}, 13);
    transposed({16, 24, 12, 6, 3}, 40);
    transposed({20, 20, 3, 2, 1, true}, 31, 1);
    transposed({8, 8, 4, 4, 0, true}, 7);

    norms();
    for (const bool causal : {false, true}) {
      self_attention(4, 2, 40, 64, causal, 0);
      self_attention(2, 2, 1, 16, causal, 0);
      self_attention(3, 1, 130, 20, causal, 17);
    }
    lstm(37, 24, 20);
    lstm(5, 64, 64);
    return std::move(cases_);
  }

 private:
  void add(std::string name, std::int64_t rows, std::int64_t width,
           std::function<void(const Context&, Rows)> run, Doubles expected, double tolerance = 2e-5,
           Compute compute = Compute::kExact) {
    cases_.push_back(
        {std::move(name), rows, width, std::move(run), std::move(expected), tolerance, compute});
  }

  void linear(const char* format, std::int64_t m, Compute compute, double tolerance) {
    constexpr std::int64_t kN = 77, kK = 256;
    const Weights w = make_weights(format, kN, kK, random_);
    const Floats x(m, kK, random_), bias(1, kN, random_);
    Doubles expected;
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t n = 0; n < kN; ++n) {
        double sum = bias.at(0, n);
        for (std::int64_t k = 0; k < kK; ++k) sum += x.at(i, k) * w.at(n, k);
        expected.push_back(sum);
      }
    add(
        fmt::format("linear {} {} rows, compute {}", format, m, static_cast<int>(compute)), m, kN,
        [=](const Context& context, Rows y) {
          Linear(w.matrix(), bias.span()).forward(context, x.rows(), y);
        },
        std::move(expected), tolerance, compute);
  }

  // q, k and v of one input, of different sizes and formats, one of them added.
  void shared_input() {
    constexpr std::int64_t kM = 3, kK = 128;
    const Weights q = make_weights("4:64", 48, kK, random_),
                  k = make_weights("4:64", 16, kK, random_),
                  v = make_weights("F32", 16, kK, random_);
    const Floats x(kM, kK, random_);
    Doubles expected;
    for (std::int64_t i = 0; i < kM; ++i)
      for (const Weights* w : {&q, &k, &v})
        for (std::int64_t n = 0; n < w->matrix().n(); ++n) {
          double sum = w == &v ? 1 : 0;
          for (std::int64_t c = 0; c < kK; ++c) sum += x.at(i, c) * w->at(n, c);
          expected.push_back(sum);
        }
    add(
        "q, k, v", kM, 80,
        [=](const Context& context, Rows y) {
          const Linear layers[] = {Linear(q.matrix(), {}), Linear(k.matrix(), {}),
                                   Linear(v.matrix(), {})};
          for (std::int64_t i = 0; i < kM; ++i) std::fill_n(y.row(i) + 64, 16, 1.0f);
          const LinearCall calls[] = {{&layers[0], y.columns(0, 48)},
                                      {&layers[1], y.columns(48, 16)},
                                      {&layers[2], y.columns(64, 16), true}};
          forward_all(context, x.rows(), calls);
        },
        std::move(expected));
  }

  void embedding(const char* format) {
    const Weights w = make_weights(format, 50, 128, random_);
    static constexpr std::int32_t kIds[] = {49, 0, 7, 7};
    Doubles expected;
    for (const std::int32_t id : kIds)
      for (std::int64_t c = 0; c < 128; ++c) expected.push_back(w.at(id, c));
    add(
        fmt::format("embedding {}", format), 4, 128,
        [=](const Context& context, Rows y) { Embedding(w.matrix()).forward(context, kIds, y); },
        std::move(expected), 1e-3);  // scales are F16, and so is what MLX makes of them
  }

  enum class Activation : bool { kNo, kYes };

  void conv(const char* format, const ConvShape& shape, std::int64_t rows, Compute compute,
            Activation activation = Activation::kYes) {
    const std::int64_t inputs = shape.inputs / shape.groups;
    const bool depthwise = shape.groups == shape.inputs && shape.groups > 1;
    const Weights w = make_weights(format, shape.outputs, shape.taps * inputs, random_);
    const Floats x(rows, shape.inputs, random_), bias(1, shape.outputs, random_);
    const Floats scale(1, shape.outputs, random_);
    const bool scaled = w.matrix().dense() && !depthwise;
    const bool active = activation == Activation::kYes && !depthwise;
    const std::int64_t t = shape.output_rows(rows), per_group = shape.outputs / shape.groups;
    Doubles expected;
    for (std::int64_t i = 0; i < t; ++i)
      for (std::int64_t o = 0; o < shape.outputs; ++o) {
        double sum = bias.at(0, o);
        for (int tap = 0; tap < shape.taps; ++tap) {
          const std::int64_t row =
              i * shape.stride + std::int64_t{tap} * shape.dilation - shape.padding;
          if (row < 0 || row >= rows) continue;
          for (std::int64_t c = 0; c < inputs; ++c)
            sum += leaky(x.at(row, o / per_group * inputs + c), !active) *
                   w.at(o, tap * inputs + c) * (scaled ? scale.at(0, o) : 1);
        }
        expected.push_back(sum);
      }
    const auto layer =
        depthwise ? bound<Conv1d>(w, bias, {shape.outputs, shape.taps, 1}, shape)
                  : std::make_shared<Conv1d>(shape, w.matrix(), bias.span(),
                                             scaled ? scale.span() : std::span<const float>());
    isa::Prologue prologue;
    if (active) {
      prologue.kind = isa::Prologue::Kind::kLeakyRelu;
      prologue.slope = 0.2f;
    }
    add(
        fmt::format("conv {} {}x{} k{} s{} d{} g{}", format, shape.inputs, shape.outputs,
                    shape.taps, shape.stride, shape.dilation, shape.groups),
        t, shape.outputs,
        // The layer refers to w and bias.
        [=, keep = std::tuple(w, bias, scale)](const Context& context, Rows y) {
          layer->forward(context, x.rows(), y, prologue);
        },
        std::move(expected), 5e-5, compute);
  }

  static double leaky(double x, bool no) { return no || x > 0 ? x : double{0.2f} * x; }

  /// A layer with weights X.weight and X.bias of its own.
  template <class Layer, class LayerShape>
  static std::shared_ptr<Layer> bound(const Weights& w, const Floats& bias, const Shape& in_file,
                                      const LayerShape& shape) {
    struct Kept {
      TestTensors tensors;
      WeightMemory memory;
      Layer layer;
    };
    auto kept = std::make_shared<Kept>();
    kept->tensors.add_dense("X.weight", DType::kF32, in_file,
                            std::vector<float>(w.values.begin(), w.values.end()));
    kept->tensors.add_dense("X.bias", DType::kF32, {bias.width}, *bias.values);
    WeightBinder binder(kept->tensors.weights(), kept->memory);
    kept->layer = Layer::bind(binder, "X", shape);
    DECIBIT_CHECK(binder.finish("test"));
    return {kept, &kept->layer};
  }

  void transposed(const ConvTransposeShape& shape, std::int64_t rows, int output_padding = 0) {
    const std::int64_t inputs = shape.depthwise ? 1 : shape.inputs;
    const Weights w = make_weights("F32", shape.outputs, shape.taps * inputs, random_);
    const Floats x(rows, shape.inputs, random_), bias(1, shape.outputs, random_);
    const std::int64_t t = shape.output_rows(rows, output_padding);
    Doubles expected;
    for (std::int64_t i = 0; i < t; ++i)
      for (std::int64_t o = 0; o < shape.outputs; ++o) expected.push_back(bias.at(0, o));
    for (std::int64_t i = 0; i < rows; ++i)
      for (int tap = 0; tap < shape.taps; ++tap) {
        const std::int64_t to = i * shape.stride + tap - shape.padding;
        if (to < 0 || to >= t) continue;
        for (std::int64_t o = 0; o < shape.outputs; ++o)
          for (std::int64_t c = 0; c < inputs; ++c)
            expected[static_cast<std::size_t>(to * shape.outputs + o)] +=
                x.at(i, shape.depthwise ? o : c) * w.at(o, tap * inputs + c);
      }
    const auto memory = std::make_shared<WeightMemory>();
    std::vector<float> lanes;  // [taps, channels]
    for (int tap = 0; shape.depthwise && tap < shape.taps; ++tap)
      for (std::int64_t c = 0; c < shape.outputs; ++c)
        lanes.push_back(static_cast<float>(w.at(c, tap)));
    const auto layer = std::make_shared<ConvTranspose1d>(
        shape.depthwise ? ConvTranspose1d::depthwise(shape, lanes, bias.span(), *memory)
                        : ConvTranspose1d(shape, w.matrix(), bias.span()));
    add(
        fmt::format("transposed conv {}x{} k{} s{}{}", shape.inputs, shape.outputs, shape.taps,
                    shape.stride, shape.depthwise ? " depthwise" : ""),
        t, shape.outputs,
        [=, keep = std::tuple(w, bias, memory)](const Context& context, Rows y) {
          layer->forward(context, x.rows(), y);
        },
        std::move(expected), 5e-5);
  }

  void norms() {
    constexpr std::int64_t kRows = 700, kWidth = 24;
    const Floats x(kRows, kWidth, random_, 3), gamma(1, kWidth, random_), beta(1, kWidth, random_);
    for (const bool rms : {false, true}) {
      Doubles expected;
      for (std::int64_t i = 0; i < kRows; ++i) {
        double mean = 0, square = 0;
        for (std::int64_t c = 0; c < kWidth; ++c) mean += x.at(i, c) / kWidth;
        if (rms) mean = 0;
        for (std::int64_t c = 0; c < kWidth; ++c) square += std::pow(x.at(i, c) - mean, 2) / kWidth;
        for (std::int64_t c = 0; c < kWidth; ++c)
          expected.push_back((x.at(i, c) - mean) / std::sqrt(square + 1e-5) * gamma.at(0, c) +
                             (rms ? 0 : beta.at(0, c)));
      }
      add(
          rms ? "rms norm" : "layer norm", kRows, kWidth,
          [=](const Context& context, Rows y) {
            if (rms) {
              RmsNorm(1e-5f, gamma.span()).forward(context, x.rows(), y);
            } else {
              LayerNorm(kWidth, 1e-5f, gamma.span(), beta.span()).forward(context, x.rows(), y);
            }
          },
          std::move(expected));
    }
    for (const std::int64_t groups : {kWidth, std::int64_t{4}}) {
      Doubles expected(static_cast<std::size_t>(kRows * kWidth));
      const std::int64_t size = kWidth / groups;
      for (std::int64_t group = 0; group < groups; ++group) {
        double mean = 0, square = 0;
        const auto n = static_cast<double>(kRows * size);
        for (std::int64_t i = 0; i < kRows; ++i)
          for (std::int64_t c = group * size; c < (group + 1) * size; ++c) mean += x.at(i, c) / n;
        for (std::int64_t i = 0; i < kRows; ++i)
          for (std::int64_t c = group * size; c < (group + 1) * size; ++c)
            square += std::pow(x.at(i, c) - mean, 2) / n;
        for (std::int64_t i = 0; i < kRows; ++i)
          for (std::int64_t c = group * size; c < (group + 1) * size; ++c)
            expected[static_cast<std::size_t>(i * kWidth + c)] =
                (x.at(i, c) - mean) / std::sqrt(square + 1e-5) * gamma.at(0, c) + beta.at(0, c);
      }
      add(
          fmt::format("group norm {}", groups), kRows, kWidth,
          [=](const Context& context, Rows y) {
            const Workspace::Frame frame(context.workspace);
            apply(context, group_norm(context, x.rows(), groups, 1e-5f, gamma.span(), beta.span()),
                  x.rows(), y);
          },
          std::move(expected));
    }
  }

  void self_attention(std::int64_t heads, std::int64_t kv_heads, std::int64_t n,
                      std::int64_t head_dim, bool causal, std::int64_t window) {
    const Floats q(n, heads * head_dim, random_), k(n, kv_heads * head_dim, random_),
        v(n, kv_heads * head_dim, random_);
    const AttentionShape shape = {heads, kv_heads, head_dim, 0.3f, causal, window};
    Doubles expected(static_cast<std::size_t>(n * heads * head_dim));
    for (std::int64_t h = 0; h < heads; ++h)
      for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t from = h * kv_heads / heads * head_dim;
        const std::int64_t first =
            causal && window > 0 ? std::max<std::int64_t>(0, i - window + 1) : 0;
        const std::int64_t last = causal ? i : n - 1;
        Doubles weights;
        double sum = 0;
        for (std::int64_t j = first; j <= last; ++j) {
          double score = 0;
          for (std::int64_t d = 0; d < head_dim; ++d)
            score += q.at(i, h * head_dim + d) * k.at(j, from + d);
          weights.push_back(std::exp(double{shape.scale} * score));
          sum += weights.back();
        }
        for (std::int64_t j = first; j <= last; ++j)
          for (std::int64_t d = 0; d < head_dim; ++d)
            expected[static_cast<std::size_t>((i * heads + h) * head_dim + d)] +=
                weights[static_cast<std::size_t>(j - first)] / sum * v.at(j, from + d);
      }
    add(
        fmt::format("attention {}/{} heads, {} tokens, {}{}", heads, kv_heads, n,
                    causal ? "causal" : "full", window > 0 ? " in a window" : ""),
        n, heads * head_dim,
        [=](const Context& context, Rows y) {
          attention(context, shape, q.rows(), k.rows(), v.rows(), y);
        },
        std::move(expected));
  }

  void lstm(std::int64_t steps, std::int64_t inputs, std::int64_t hidden) {
    Doubles expected(static_cast<std::size_t>(steps * 2 * hidden));
    const Floats x(steps, inputs, random_);
    std::vector<Weights> wx, wh;
    std::vector<Floats> biases;
    for (std::int64_t d = 0; d < 2; ++d) {
      wx.push_back(make_weights("F32", 4 * hidden, inputs, random_));
      wh.push_back(make_weights(hidden % 64 == 0 ? "8:64" : "BF16", 4 * hidden, hidden, random_));
      biases.emplace_back(1, 4 * hidden, random_);
      Doubles h(static_cast<std::size_t>(hidden)), c = h, z(static_cast<std::size_t>(4 * hidden));
      for (std::int64_t s = 0; s < steps; ++s) {
        const std::int64_t t = d == 0 ? s : steps - 1 - s;
        for (std::int64_t g = 0; g < 4 * hidden; ++g) {
          double sum = biases.back().at(0, g);
          for (std::int64_t i = 0; i < inputs; ++i) sum += x.at(t, i) * wx.back().at(g, i);
          for (std::int64_t i = 0; i < hidden; ++i)
            sum += h[static_cast<std::size_t>(i)] * wh.back().at(g, i);
          z[static_cast<std::size_t>(g)] = sum;
        }
        for (std::int64_t u = 0; u < hidden; ++u) {
          const auto gate = [&](std::int64_t g) {
            return z[static_cast<std::size_t>(g * hidden + u)];
          };
          double& cell = c[static_cast<std::size_t>(u)];
          cell = sigmoid(gate(1)) * cell + sigmoid(gate(0)) * std::tanh(gate(2));
          h[static_cast<std::size_t>(u)] = sigmoid(gate(3)) * std::tanh(cell);
          expected[static_cast<std::size_t>((t * 2 + d) * hidden + u)] =
              h[static_cast<std::size_t>(u)];
        }
      }
    }
    add(
        fmt::format("lstm {} steps, hidden {}", steps, hidden), steps, 2 * hidden,
        [=](const Context& context, Rows y) {
          const auto direction = [&](std::size_t d) {
            return Lstm::Direction{Linear(wx[d].matrix(), biases[d].span()), wh[d].matrix()};
          };
          Lstm(direction(0), direction(1)).forward(context, x.rows(), y);
        },
        std::move(expected), 5e-4);  // random codes make a restless recurrence
  }

  std::mt19937 random_{20261126};
  std::vector<LayerCase> cases_;
};

}  // namespace

std::vector<LayerCase> layer_cases() { return Cases().all(); }

}  // namespace decibit::testing
