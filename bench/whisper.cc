// SPDX-License-Identifier: Apache-2.0
// How long the passes of a Whisper model take; the audio is noise, which costs what speech does.
//
//   bench_whisper FOLDER THREADS COMPUTE [ISA]
//
// One line: "listen_s" (encoder, and keys and values for the decoder), "prompt_s" (223 tokens),
// "tokens_per_s" of one text and "steps_per_s" of five, over the first 100 tokens of a window,
// "align_s" (100 tokens), the memory of the process, and that of the copied weights. Times are the
// best of several.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <vector>

#include "compute_name.h"
#include "io/json.h"
#include "models/whisper/network.h"

namespace decibit {
namespace {

double best_seconds(int times, const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  double best = 1e9;
  for (int i = 0; i < times; ++i) {
    const Clock::time_point start = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

double peak_mib() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

Status run(const std::string& folder, unsigned threads, const std::string& compute,
           const std::string& isa) {
  Reporter silent;
  const auto engine = TRY(Engine::make({threads, isa}, silent));
  const auto model = TRY(whisper::Model::load(folder, silent));
  const Compute exactness = TRY(compute_named(compute));
  whisper::Network network(*model, *engine, exactness);

  std::mt19937 random(1);
  std::vector<float> mel(static_cast<std::size_t>(3000 * model->dims().mels));
  for (float& v : mel) v = std::uniform_real_distribution<float>(-1, 1)(random);
  const ConstRows rows = {mel.data(), 3000, model->dims().mels, model->dims().mels};
  constexpr int kTokens = 100;
  const std::vector<whisper::Token> prompt(223, 300), start(4, 300), one(1, 300), five(5, 300);
  const std::vector<std::size_t> last = {222}, fourth = {3}, self = {0}, all = {0, 1, 2, 3, 4};

  Json answer;
  answer.set("listen_s", best_seconds(3, [&] { network.listen(rows); }));
  answer.set("prompt_s", best_seconds(3, [&] { network.start(prompt, last); }));
  answer.set("tokens_per_s", kTokens / best_seconds(5, [&] {
                               network.start(start, fourth);
                               for (int i = 0; i < kTokens; ++i) network.step(self, one);
                             }));
  answer.set("steps_per_s", kTokens / best_seconds(3, [&] {
                              network.start(start, fourth);
                              network.step(std::vector<std::size_t>(5, 0), five);
                              for (int i = 1; i < kTokens; ++i) network.step(all, five);
                            }));
  answer.set("peak_mib_before_align", peak_mib());
  answer.set("align_s", best_seconds(3, [&] { network.align({prompt.data(), 100}, 50257); }));
  answer.set("peak_mib", peak_mib());
  answer.set("workspace_mib", static_cast<double>(network.workspace_bytes()) / (1 << 20));
  answer.set("copied_weights_mib", static_cast<double>(model->owned_bytes()) / (1 << 20));
  std::puts(answer.dump(-1).c_str());
  return {};
}

}  // namespace
}  // namespace decibit

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::fputs("usage: bench_whisper FOLDER THREADS COMPUTE [ISA]\n", stderr);
    return 2;
  }
  const auto threads = static_cast<unsigned>(std::atoi(argv[2]));
  const decibit::Status status = decibit::run(argv[1], threads, argv[3], argc == 5 ? argv[4] : "");
  if (!status) std::fprintf(stderr, "error: %s\n", decibit::to_string(status.error()).c_str());
  return status ? 0 : 1;
}
