// SPDX-License-Identifier: Apache-2.0
// Speaks standard input with a Kokoro model; raw 32-bit floats, 24000 a second, go to standard
// output:  example_speak FOLDER < book.txt | aplay -f FLOAT_LE -r 24000
#include <decibit/speech.h>

#include <cstdio>
#include <iostream>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: example_speak FOLDER\n";
    return 2;
  }
  const auto model = decibit::SpeechModel::load(argv[1]);
  if (!model) {
    std::cerr << decibit::to_string(model.error());
    return static_cast<int>(model.error().code);
  }
  const auto read = [](char* to, std::size_t size) -> decibit::Result<std::size_t> {
    const std::size_t got = std::fread(to, 1, size, stdin);
    if (std::ferror(stdin) != 0)
      return decibit::fail(decibit::ErrorCode::kBadInput, "cannot read standard input");
    return got;
  };
  const auto play = [](const decibit::SpeechChunk& chunk) {
    const std::vector<float> silence(
        static_cast<std::size_t>(chunk.silence_before.count() * decibit::kSpeechRateHz / 1000));
    std::fwrite(silence.data(), sizeof(float), silence.size(), stdout);
    std::cerr << chunk.text << '\n';
    return std::fwrite(chunk.audio.data(), sizeof(float), chunk.audio.size(), stdout) ==
           chunk.audio.size();
  };
  decibit::Synthesizer synthesizer(*model);
  const auto done = synthesizer.generate(read, {}, play);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::cerr << "cannot write standard output\n";
    return static_cast<int>(decibit::ErrorCode::kResources);
  }
  if (done) return 0;
  std::cerr << decibit::to_string(done.error());
  return static_cast<int>(done.error().code);
}
