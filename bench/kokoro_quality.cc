// SPDX-License-Identifier: Apache-2.0
// What conversion changes of Kokoro's speech. scripts/bench.sh kokoro-quality makes a table of it.
//
//   bench_kokoro_quality COMPUTE BASE PHRASES.tsv FOLDER...
//
// BASE is what the FOLDERs were made from; it runs in floats with direct convolutions, the FOLDERs
// as `decibit speak --compute COMPUTE` runs them. Source noise is off. Each folder speaks each
// phrase (columns voice and phonemes) twice: freely, which gives the durations; then with BASE's
// durations, F0 and N, which gives sound that can be compared frame by frame. One JSON line for
// each folder:
//   durations_equal  share of tokens
//   f0_rmse_hz       the pitch it would have taken, over the half frames that are voiced in BASE
//   log_mel_db       see log_mel.h
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include "compute_name.h"
#include "core/function_ref.h"
#include "core/utf8.h"
#include "io/json.h"
#include "log_mel.h"
#include "models/kokoro/model.h"
#include "nn/engine.h"

namespace decibit {
namespace {

using kokoro::Model;
using styletts2::Network;
using styletts2::Overrides;

constexpr float kVoicedHz = 10;  // below, the harmonic source makes noise only

struct Phrase {
  std::string voice;
  std::u32string phonemes;
};

struct Spoken {
  std::vector<std::int32_t> durations;
  std::vector<float> f0, n, audio;
};

Result<std::vector<Phrase>> read_phrases(const std::string& path) {
  std::ifstream table(path);
  std::vector<Phrase> phrases;
  std::string line;
  std::getline(table, line);  // the head
  while (std::getline(table, line)) {
    std::istringstream cells(line);
    std::string voice, text, phonemes;
    for (std::string* cell : {&voice, &text, &phonemes}) std::getline(cells, *cell, '\t');
    phrases.push_back({voice, code_points(phonemes)});
  }
  if (phrases.empty()) return fail(ErrorCode::kNotFound, path + ": no phrases in it");
  return phrases;
}

class Speaker {
 public:
  static Result<Speaker> load(const std::string& folder, Engine& engine, Compute compute,
                              bool direct_convolution) {
    Reporter silent;
    Speaker speaker(engine, compute, direct_convolution);
    speaker.model_ = TRY(Model::load(folder, silent));
    return speaker;
  }

  Result<std::vector<std::int32_t>> durations(const Phrase& phrase) {
    std::vector<std::int32_t> durations;
    TRY(with_pass(phrase, {}, [&](const Network::Pass& pass) {
      durations.assign(pass.durations().begin(), pass.durations().end());
    }));
    return durations;
  }

  /// F0 and N are those computed, whatever `overrides` puts in their place.
  Result<Spoken> speak(const Phrase& phrase, Overrides overrides) {
    Spoken spoken;
    overrides.probe = [&](std::string_view stage, ConstRows values) {
      if (stage == "f0") spoken.f0.assign(values.data, values.data + values.count);
      if (stage == "n") spoken.n.assign(values.data, values.data + values.count);
    };
    TRY(with_pass(phrase, overrides, [&](const Network::Pass& pass) {
      spoken.durations.assign(pass.durations().begin(), pass.durations().end());
      spoken.audio.resize(static_cast<std::size_t>(pass.samples()));
      pass.vocode(spoken.audio);
    }));
    return spoken;
  }

 private:
  Speaker(Engine& engine, Compute compute, bool direct_convolution)
      : engine_(engine),
        compute_(compute),
        direct_(direct_convolution),
        workspace_(std::make_unique<Workspace>()) {}

  Status with_pass(const Phrase& phrase, const Overrides& overrides,
                   FunctionRef<void(const Network::Pass&)> use) {
    const kokoro::Voice voice = TRY(model_->voice(phrase.voice));
    std::u32string unknown;
    const std::vector<std::int32_t> ids = model_->vocabulary().encode(phrase.phonemes, unknown);
    const styletts2::Utterance utterance = {
        .ids = ids, .style = voice.style(phrase.phonemes.size()), .noise = {.scale = 0}};
    const Context context = {engine_.kernels(), engine_.pool(), *workspace_, compute_, direct_};
    use(Network::Pass(model_->network(), context, utterance, overrides));
    return {};
  }

  Engine& engine_;
  Compute compute_;
  bool direct_;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<Model> model_;
};

struct Measured {
  std::int64_t tokens = 0, equal = 0, voiced = 0;
  double f0_squares = 0;
  LogMelDistance::Sum log_mel;
};

Status compare(Speaker& variant, const Phrase& phrase, const Spoken& base,
               const LogMelDistance& log_mel, Measured& measured) {
  const std::vector<std::int32_t> durations = TRY(variant.durations(phrase));
  for (std::size_t t = 0; t < durations.size(); ++t)
    measured.equal += durations[t] == base.durations[t];
  measured.tokens += static_cast<std::int64_t>(durations.size());

  Overrides forced;
  forced.durations = base.durations;
  forced.f0 = base.f0;
  forced.n = base.n;
  const Spoken spoken = TRY(variant.speak(phrase, forced));
  for (std::size_t i = 0; i < base.f0.size(); ++i) {
    if (base.f0[i] <= kVoicedHz) continue;
    measured.f0_squares += std::pow(double{spoken.f0[i]} - base.f0[i], 2);
    ++measured.voiced;
  }
  const LogMelDistance::Sum sum = log_mel.between(base.audio, spoken.audio);
  measured.log_mel.absolute_db += sum.absolute_db;
  measured.log_mel.values += sum.values;
  return {};
}

Status run(std::span<char* const> arguments) {
  const Compute compute = TRY(compute_named(arguments[0]));
  const std::string base_folder = arguments[1];
  Reporter silent;
  const auto engine = TRY(Engine::make({}, silent));
  const std::vector<Phrase> phrases = TRY(read_phrases(arguments[2]));
  std::vector<Spoken> spoken;
  {
    Speaker base = TRY(Speaker::load(base_folder, *engine, Compute::kExact, true));
    for (const Phrase& phrase : phrases) spoken.push_back(TRY(base.speak(phrase, {})));
  }
  const LogMelDistance log_mel(Model::kSampleRateHz);
  for (const char* const folder : arguments.subspan(3)) {
    Speaker variant = TRY(Speaker::load(folder, *engine, compute, false));
    Measured all;
    for (std::size_t i = 0; i < phrases.size(); ++i)
      TRY(compare(variant, phrases[i], spoken[i], log_mel, all));
    const auto share = [](double part, std::int64_t of) { return part / static_cast<double>(of); };
    Json row;
    row.set("folder", folder);
    row.set("durations_equal", share(static_cast<double>(all.equal), all.tokens));
    row.set("f0_rmse_hz", std::sqrt(share(all.f0_squares, all.voiced)));
    row.set("log_mel_db", share(all.log_mel.absolute_db, all.log_mel.values));
    std::puts(row.dump(-1).c_str());
    std::fflush(stdout);
  }
  return {};
}

}  // namespace
}  // namespace decibit

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("usage: bench_kokoro_quality COMPUTE BASE PHRASES.tsv FOLDER...\n", stderr);
    return 2;
  }
  const auto arguments = std::span(argv, static_cast<std::size_t>(argc));
  const decibit::Status status = decibit::run(arguments.subspan(1));
  if (!status) std::fprintf(stderr, "error: %s\n", decibit::to_string(status.error()).c_str());
  return status ? 0 : 1;
}
