// SPDX-License-Identifier: Apache-2.0
// A loaded model as decoding sees it, one for each thread that decodes. Unless the computation is
// to be exact, keys and values are kept in F16: half the bytes that a step reads, and memory that
// fits beside a small model; the error stands in README.md.
#pragma once

#include <vector>

#include "core/reporter.h"
#include "models/whisper/model.h"
#include "models/whisper/probe.h"
#include "models/whisper/texts.h"
#include "models/whisper/window.h"
#include "nn/context.h"
#include "nn/engine.h"
#include "nn/kv_cache.h"
#include "nn/workspace.h"

namespace decibit::whisper {

class Network final : public WindowNetwork {
 public:
  /// Both outlive it and may be shared.
  Network(const Model& model, Engine& engine, Compute compute);

  /// Who is asked whether to stop; null: nobody. A pass that is stopped throws PassStopped, and
  /// leaves no window and no texts.
  void set_reporter(const Reporter* reporter) { reporter_ = reporter; }
  void set_probe(Probe probe) { probe_ = std::move(probe); }

  void listen(ConstRows mel) override;
  ConstRows start(std::span<const Token> prompt, std::span<const std::size_t> wanted) override;
  ConstRows step(std::span<const std::size_t> parents, std::span<const Token> tokens) override;
  Alignment align(std::span<const Token> tokens, std::int64_t vocabulary) override;

  const Model& model() const { return model_; }
  /// Memory of the longest pass so far.
  std::size_t workspace_bytes() const { return workspace_.peak_bytes(); }

 private:
  Context context();
  /// Room for `count` rows of logits.
  Rows logits(std::size_t count);

  const Model& model_;
  Engine& engine_;
  Compute compute_;
  const Reporter* reporter_ = nullptr;
  Probe probe_;
  Workspace workspace_;
  std::vector<KvCache> audio_;  // of each layer of the decoder
  Texts texts_;
  std::vector<float> logits_;
};

}  // namespace decibit::whisper
