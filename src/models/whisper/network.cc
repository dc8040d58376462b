// SPDX-License-Identifier: Apache-2.0
#include "models/whisper/network.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/check.h"
#include "models/whisper/next_token.h"

namespace decibit::whisper {
namespace {

/// Of keys and values.
DType cache_type(Compute compute) { return compute == Compute::kExact ? DType::kF32 : DType::kF16; }

std::span<std::int32_t> positions(Workspace& workspace, std::size_t count) {
  const auto all = workspace.array<std::int32_t>(static_cast<std::int64_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

Network::Network(const Model& model, Engine& engine, Compute compute)
    : model_(model),
      engine_(engine),
      compute_(compute),
      texts_(model.decoder().layers(), model.dims().text_context, model.dims().text_heads(),
             kHeadSize, cache_type(compute)) {
  for (std::size_t i = 0; i < model.decoder().layers(); ++i)
    audio_.emplace_back(model.dims().audio_context, model.dims().text_heads(), kHeadSize,
                        cache_type(compute));
  logits_.reserve(kMostTexts * static_cast<std::size_t>(model.dims().vocabulary));
}

Context Network::context() {
  return {engine_.kernels(), engine_.pool(), workspace_, compute_, false, reporter_};
}

Rows Network::logits(std::size_t count) {
  const std::int64_t vocabulary = model_.dims().vocabulary;
  logits_.resize(count * static_cast<std::size_t>(vocabulary));
  return {logits_.data(), static_cast<std::int64_t>(count), vocabulary, vocabulary};
}

void Network::listen(ConstRows mel) {
  const Dims& dims = model_.dims();
  DECIBIT_CHECK(mel.count == 2 * dims.audio_context && mel.width == dims.mels);
  const Context context = this->context();
  const Workspace::Frame frame(workspace_);
  const Rows features = workspace_.rows(dims.audio_context, dims.audio_width);
  model_.encoder().forward(context, mel, features, probe_);
  model_.decoder().listen(context, features, audio_);
}

ConstRows Network::start(std::span<const Token> prompt, std::span<const std::size_t> wanted) {
  DECIBIT_CHECK(!prompt.empty() &&
                static_cast<std::int64_t>(prompt.size()) <= texts_.most_tokens());
  const Decoder& decoder = model_.decoder();
  const Context context = this->context();
  const Workspace::Frame frame(workspace_);
  const auto count = static_cast<std::int64_t>(prompt.size());
  const Rows x = workspace_.rows(count, model_.dims().text_width);
  texts_.start();
  decoder.forward(
      context, prompt, positions(workspace_, prompt.size()),
      [&](std::size_t layer, ConstRows q, ConstRows k, ConstRows v, Rows mixed) {
        KvCache& cache = texts_.cache(0, layer);
        cache.append(context, k, v);
        attention(context, decoder.to_text(), q, cache, mixed);
      },
      [&](std::size_t layer, ConstRows q, Rows mixed) {
        attention(context, decoder.to_audio(), q, audio_[layer], mixed);
      },
      x, probe_);
  texts_.grow(prompt);
  const Rows last = workspace_.rows(static_cast<std::int64_t>(wanted.size()), x.width);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    DECIBIT_CHECK(wanted[i] < prompt.size());
    std::copy_n(x.row(static_cast<std::int64_t>(wanted[i])), x.width,
                last.row(static_cast<std::int64_t>(i)));
  }
  decoder.norm(context, last, last, probe_);
  const Rows y = logits(wanted.size());
  if (y.count > 0) decoder.logits(context, last, 0, y);
  return y;
}

ConstRows Network::step(std::span<const std::size_t> parents, std::span<const Token> tokens) {
  DECIBIT_CHECK(!tokens.empty() && parents.size() == tokens.size() && tokens.size() <= kMostTexts &&
                texts_.length() > 0 && texts_.length() < texts_.most_tokens());
  const Decoder& decoder = model_.decoder();
  const Context context = this->context();
  const Workspace::Frame frame(workspace_);
  const Rows x =
      workspace_.rows(static_cast<std::int64_t>(tokens.size()), model_.dims().text_width);
  texts_.fork(parents);
  std::array<std::int32_t, kMostTexts> position;
  position.fill(static_cast<std::int32_t>(texts_.length()));
  decoder.forward(
      context, tokens, std::span(position).first(tokens.size()),
      [&](std::size_t layer, ConstRows q, ConstRows k, ConstRows v, Rows mixed) {
        std::array<const KvCache*, kMostTexts> caches;
        for (std::size_t i = 0; i < tokens.size(); ++i) {
          const auto row = static_cast<std::int64_t>(i);
          texts_.cache(i, layer).append(context, k.rows(row, 1), v.rows(row, 1));
          caches[i] = &texts_.cache(i, layer);
        }
        attention(context, decoder.to_text(), q, std::span(caches).first(tokens.size()), mixed);
      },
      [&](std::size_t layer, ConstRows q, Rows mixed) {
        attention(context, decoder.to_audio(), q, audio_[layer], mixed);
      },
      x, probe_);
  texts_.grow(tokens);
  decoder.norm(context, x, x, probe_);
  const Rows y = logits(tokens.size());
  decoder.logits(context, x, 0, y);
  return y;
}

Alignment Network::align(std::span<const Token> tokens, std::int64_t vocabulary) {
  const Dims& dims = model_.dims();
  DECIBIT_CHECK(!tokens.empty() && static_cast<std::int64_t>(tokens.size()) <= dims.text_context &&
                vocabulary > 0 && vocabulary <= dims.vocabulary);
  const Decoder& decoder = model_.decoder();
  const Context context = this->context();
  const Workspace::Frame frame(workspace_);
  const std::vector<AlignmentHead>& heads = model_.alignment_heads();
  Alignment result;
  result.heads = static_cast<std::int64_t>(heads.size());
  result.tokens = static_cast<std::int64_t>(tokens.size());
  result.positions = dims.audio_context;
  const std::size_t size = tokens.size() * static_cast<std::size_t>(dims.audio_context);
  result.weights.resize(heads.size() * size);
  const Rows x = workspace_.rows(result.tokens, dims.text_width);
  const std::span<float*> weights = workspace_.array<float*>(dims.text_heads());
  decoder.forward(
      context, tokens, positions(workspace_, tokens.size()),
      [&](std::size_t, ConstRows q, ConstRows k, ConstRows v, Rows mixed) {
        attention(context, decoder.to_text(), q, k, v, mixed);
      },
      [&](std::size_t layer, ConstRows q, Rows mixed) {
        std::fill(weights.begin(), weights.end(), nullptr);
        for (std::size_t i = 0; i < heads.size(); ++i)
          if (heads[i].layer == static_cast<std::int64_t>(layer))
            weights[static_cast<std::size_t>(heads[i].head)] = &result.weights[i * size];
        attention(context, decoder.to_audio(), q, audio_[layer], mixed, weights);
      },
      x, probe_);
  decoder.norm(context, x, x, probe_);
  result.probabilities = next_token_probabilities(context, decoder, x, tokens, vocabulary);
  return result;
}

}  // namespace decibit::whisper
