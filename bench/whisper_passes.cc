// SPDX-License-Identifier: Apache-2.0
#include "whisper_passes.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <vector>

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

double mib(std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

}  // namespace

Json time_passes(const whisper::Model& model, Engine& engine, Compute compute) {
  whisper::Network network(model, engine, compute);
  std::mt19937 random(1);
  std::vector<float> mel(static_cast<std::size_t>(3000 * model.dims().mels));
  for (float& v : mel) v = std::uniform_real_distribution<float>(-1, 1)(random);
  const ConstRows rows = {mel.data(), 3000, model.dims().mels, model.dims().mels};
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
  answer.set("align_s", best_seconds(3, [&] { network.align({prompt.data(), 100}, 50257); }));
  answer.set("workspace_mib", mib(network.workspace_bytes()));
  answer.set("weights_mib", mib(model.owned_bytes()));
  return answer;
}

}  // namespace decibit
