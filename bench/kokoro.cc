// SPDX-License-Identifier: Apache-2.0
// One loaded Kokoro that speaks what it is asked to and says how long that took; bench/kokoro.py
// talks to it.
//
//   bench_kokoro FOLDER THREADS COMPUTE
//
// {"ready": true} once it could speak a text: model, voice and lexicon are there. Then each line of
// input is a string of phonemes, and the answer one line: "chunks" (what they were cut to),
// "audio_s", "seconds", "first_audio_s" (until the first chunk was there).
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "compute_name.h"
#include "core/utf8.h"
#include "io/json.h"
#include "models/kokoro/chunks.h"
#include "models/kokoro/synthesizer.h"
#include "text/en/letter_to_sound.h"
#include "text/en/phonemizer.h"

namespace decibit {
namespace {

void print(const Json& json) {
  std::puts(json.dump(-1).c_str());
  std::fflush(stdout);
}

Result<Json> speak(kokoro::Synthesizer& synthesizer, const kokoro::Voice& voice,
                   const std::string& phonemes) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  kokoro::Chunker chunker({});
  chunker.add(code_points(phonemes), 0);
  chunker.end_passage();
  double first_audio = 0;
  std::size_t samples = 0;
  Json::Array chunks;
  for (kokoro::PhonemeChunk chunk; chunker.take(chunk);) {
    const kokoro::Speech speech =
        TRY(synthesizer.speak(chunk.phonemes, chunks.size(), voice, {}, Reporter()));
    if (chunks.empty()) first_audio = seconds();
    samples += speech.audio.size();
    chunks.emplace_back(to_utf8(chunk.phonemes));
  }
  const double all = seconds();
  Json answer;
  answer.set("chunks", std::move(chunks));
  answer.set("audio_s", static_cast<double>(samples) / kokoro::Model::kSampleRateHz);
  answer.set("seconds", all);
  answer.set("first_audio_s", first_audio);
  return answer;
}

Status run(const std::string& folder, unsigned threads, const std::string& compute) {
  Reporter silent;
  const auto engine = TRY(Engine::make({threads, {}}, silent));
  const auto model = TRY(kokoro::Model::load(folder, silent));
  const kokoro::Voice voice = TRY(model->voice("af_heart"));
  kokoro::Synthesizer synthesizer(*model, *engine, TRY(compute_named(compute)));
  const text::en::Phonemizer phonemizer(text::letter_to_sound);
  Json ready;
  ready.set("ready", !phonemizer.phonemize("Ready.").phonemes.empty());
  print(ready);
  for (std::string line; std::getline(std::cin, line);) {
    const Json answer = TRY(speak(synthesizer, voice, line));
    print(answer);
  }
  return {};
}

}  // namespace
}  // namespace decibit

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: bench_kokoro FOLDER THREADS COMPUTE\n", stderr);
    return 2;
  }
  const auto threads = static_cast<unsigned>(std::atoi(argv[2]));
  const decibit::Status status = decibit::run(argv[1], threads, argv[3]);
  if (!status) std::fprintf(stderr, "error: %s\n", decibit::to_string(status.error()).c_str());
  return status ? 0 : 1;
}
