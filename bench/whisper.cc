// SPDX-License-Identifier: Apache-2.0
// One loaded Whisper that writes down what it is given and says how long that took;
// bench/whisper.py talks to it.
//
//   bench_whisper FOLDER THREADS COMPUTE [ISA]
//
// {"ready": true} once it could begin. Then each line of input is an object and the answer one
// line:
//   {"file": SOUND, "beam": N}  English at temperature 0, with timestamps, each window on its own:
//                               "seconds", "audio_s", "text", "tokens" of the text and its
//                               timestamps, "windows"
//   {"passes": true}            see whisper_passes.h
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "compute_name.h"
#include "open_sound.h"
#include "plain_options.h"
#include "transcription/model_listener.h"
#include "whisper_passes.h"

namespace decibit {
namespace {

void print(const Json& json) {
  std::puts(json.dump(-1).c_str());
  std::fflush(stdout);
}

Result<Json> transcribe(transcription::ModelListener& listener, const std::string& path,
                        int beam_size) {
  using Clock = std::chrono::steady_clock;
  const TranscribeOptions options = plain_options(beam_size);
  std::string text;
  std::size_t tokens = 0;
  const auto keep = [&](const TranscribedSegment& segment) {
    text += segment.text;
    tokens += segment.tokens.size();
    return true;
  };

  Reporter silent;
  const Clock::time_point start = Clock::now();
  auto sound = TRY(open_sound(path, silent));
  const auto mel = TRY(listener.spectrogram(std::move(sound), silent));
  Transcript done;
  TRY(listener.transcribe(*mel, options, keep, silent, done));
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();

  Json answer;
  answer.set("seconds", seconds);
  answer.set("audio_s", static_cast<double>(mel->samples()) / kTranscriptionRateHz);
  answer.set("text", text);
  answer.set("tokens", static_cast<std::int64_t>(tokens));
  answer.set("windows", static_cast<std::int64_t>(done.windows));
  return answer;
}

Status run(const std::string& folder, unsigned threads, const std::string& compute,
           const std::string& isa) {
  Reporter silent;
  const auto engine = TRY(Engine::make({threads, isa}, silent));
  const auto model = TRY(whisper::Model::load(folder, silent));
  const auto tokenizer = TRY(whisper::Tokenizer::make(model->dims().vocabulary));
  const Compute exactness = TRY(compute_named(compute));
  transcription::ModelListener listener(*model, tokenizer, *engine, exactness);
  Json ready;
  ready.set("ready", true);
  print(ready);
  for (std::string line; std::getline(std::cin, line);) {
    const Json question = TRY(Json::parse(line));
    if (question.find("passes")) {
      print(time_passes(*model, *engine, exactness));
      continue;
    }
    const Json *file = question.find("file"), *beam = question.find("beam");
    if (!file || !file->string() || !beam || !beam->integer())
      return fail(ErrorCode::kUsage, line + ": expected file and beam, or passes");
    const auto beam_size = static_cast<int>(*beam->integer());
    const Json answer = TRY(transcribe(listener, *file->string(), beam_size));
    print(answer);
  }
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
