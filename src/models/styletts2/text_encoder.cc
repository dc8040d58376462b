// SPDX-License-Identifier: Apache-2.0
#include "models/styletts2/text_encoder.h"

#include <string>
#include <utility>

#include "nn/activation.h"

namespace decibit::styletts2 {

TextEncoder TextEncoder::bind(WeightBinder& binder, const Dims& dims) {
  TextEncoder encoder;
  encoder.embedding_ = Embedding::bind(binder, "text_encoder.embedding", dims.tokens, dims.hidden);
  const int taps = static_cast<int>(dims.text_encoder_taps);
  for (std::int64_t i = 0; i < dims.layers; ++i) {
    const std::string path = "text_encoder.cnn." + std::to_string(i);
    encoder.layers_.push_back({NormedConv::bind(binder, path + ".0",
                                                {.inputs = dims.hidden,
                                                 .outputs = dims.hidden,
                                                 .taps = taps,
                                                 .padding = (taps - 1) / 2}),
                               LayerNorm::bind(binder, path + ".1", dims.hidden, 1e-5f)});
  }
  encoder.lstm_ =
      Lstm::bind_bidirectional(binder, "text_encoder.lstm", dims.hidden, dims.hidden / 2);
  return encoder;
}

void TextEncoder::forward(const Context& context, std::span<const std::int32_t> ids, Rows y) const {
  const Workspace::Frame frame(context.workspace);
  Rows x = context.workspace.rows(y.count, y.width),
       next = context.workspace.rows(y.count, y.width);
  embedding_.forward(context, ids, x);
  for (const Layer& layer : layers_) {
    layer.conv.forward(context, x, next);
    layer.norm.forward(context, next, next);
    leaky_relu(context, 0.2f, next);
    std::swap(x, next);
  }
  lstm_.forward(context, x, y);
}

}  // namespace decibit::styletts2
