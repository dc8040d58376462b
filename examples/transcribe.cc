// SPDX-License-Identifier: Apache-2.0
// Writes down what is said in a file, line by line:  example_transcribe FOLDER talk.mp3
#include <decibit/transcribe.h>

#include <cstdio>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: example_transcribe FOLDER FILE\n";
    return 2;
  }
  const auto model = decibit::TranscriptionModel::load(argv[1]);
  if (!model) {
    std::cerr << decibit::to_string(model.error());
    return static_cast<int>(model.error().code);
  }
  const auto show = [](const decibit::TranscribedSegment& segment) {
    std::printf("%8.2f %8.2f %s\n", segment.start_seconds, segment.end_seconds,
                segment.text.c_str());
    return std::fflush(stdout) == 0;
  };
  decibit::Transcriber transcriber(*model);
  const auto done = transcriber.transcribe_file(argv[2], {}, show);
  if (done) {
    std::cerr << done->seconds << " s, language " << done->language << '\n';
    return 0;
  }
  std::cerr << decibit::to_string(done.error());
  return static_cast<int>(done.error().code);
}
