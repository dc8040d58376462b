// SPDX-License-Identifier: Apache-2.0
// What conversion changes of the tokens that Whisper expects. scripts/bench.sh whisper-quality
// makes a table of it.
//
//   bench_whisper_quality COMPUTE BASE FOLDER... -- SOUND...
//
// BASE runs in floats, the FOLDERs as `decibit transcribe --compute COMPUTE` runs them. BASE writes
// the English SOUNDs down, greedily at temperature 0, with timestamps, each window on its own; all
// folders read along (see whisper_divergence.h). One JSON line for each folder:
//   steps     tokens, with timestamps and the ends of texts
//   kl_nats   mean over the steps
//   same_top  share of the steps
#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "compute_name.h"
#include "io/json.h"
#include "models/whisper/model.h"
#include "models/whisper/network.h"
#include "nn/engine.h"
#include "open_sound.h"
#include "plain_options.h"
#include "transcription/log_mel.h"
#include "transcription/transcription.h"
#include "whisper_divergence.h"

namespace decibit {
namespace {

using Arguments = std::span<char* const>;

Status transcribe(const transcription::Listener& listener, Engine& engine, Arguments sounds) {
  const TranscribeOptions options = plain_options(1);
  Reporter silent;
  for (const char* const path : sounds) {
    auto sound = TRY(open_sound(path, silent));
    const auto mel =
        TRY(transcription::LogMel::create(std::move(sound), listener.mels, &engine.pool(), silent));
    const auto ignore = [](const TranscribedSegment&) { return true; };
    Transcript transcript;
    TRY(transcription::transcribe(listener, *mel, options, ignore, transcript));
  }
  return {};
}

Status run(Arguments arguments) {
  const auto dashes = std::ranges::find(arguments, std::string_view("--"));
  const auto before = static_cast<std::size_t>(dashes - arguments.begin());
  if (before < 3 || before + 2 > arguments.size())
    return fail(ErrorCode::kUsage,
                "usage: bench_whisper_quality COMPUTE BASE FOLDER... -- SOUND...");
  const Compute compute = TRY(compute_named(arguments[0]));
  Reporter silent;
  const auto engine = TRY(Engine::make({}, silent));
  const auto base_model = TRY(whisper::Model::load(arguments[1], silent));
  const auto& dims = base_model->dims();
  const auto tokenizer = TRY(whisper::Tokenizer::make(dims.vocabulary));
  whisper::Network base(*base_model, *engine, Compute::kExact);

  const Arguments folders = arguments.subspan(2, before - 2);
  std::vector<std::unique_ptr<whisper::Model>> models;
  std::vector<std::unique_ptr<whisper::Network>> networks;
  std::vector<Variant> variants;
  for (const char* const folder : folders) {
    models.push_back(TRY(whisper::Model::load(folder, silent)));
    networks.push_back(std::make_unique<whisper::Network>(*models.back(), *engine, compute));
    variants.push_back({*networks.back()});
  }
  DivergenceNetwork all(base, variants);
  const transcription::Listener listener = {all, tokenizer, dims.mels, dims.text_context};
  TRY(transcribe(listener, *engine, arguments.subspan(before + 1)));

  for (std::size_t i = 0; i < folders.size(); ++i) {
    const Divergence& sums = variants[i].divergence;
    const auto steps = static_cast<double>(sums.steps);
    Json row;
    row.set("folder", folders[i]);
    row.set("steps", sums.steps);
    row.set("kl_nats", sums.kl_nats / steps);
    row.set("same_top", static_cast<double>(sums.same_top) / steps);
    std::puts(row.dump(-1).c_str());
  }
  return {};
}

}  // namespace
}  // namespace decibit

int main(int argc, char** argv) {
  const auto arguments = std::span(argv, static_cast<std::size_t>(argc));
  const decibit::Status status = decibit::run(arguments.subspan(1));
  if (!status) std::fprintf(stderr, "error: %s\n", decibit::to_string(status.error()).c_str());
  return status ? 0 : 1;
}
