// SPDX-License-Identifier: Apache-2.0
#include "random_whisper.h"

#include <cmath>
#include <string>
#include <vector>

#include "command_line.h"
#include "host_tensors.h"
#include "io/audio_file.h"
#include "procedural.h"

namespace decibit::testing {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kVocabulary = 51865, kTextContext = 448, kAudioContext = 1500;
constexpr int kRate = 16000;

/// The golden source with other numbers of rows.
Json grown_source() {
  Json source =
      read_json_file(fs::path(DECIBIT_SOURCE_DIR) / "tests/golden/models/whisper_tiny/source.json");
  Json& config = *source.find("config");
  config.set("vocab_size", kVocabulary);
  config.set("max_target_positions", kTextContext);
  config.set("max_source_positions", kAudioContext);
  config.set("suppress_tokens", Json());
  for (Json& tensor : *source.find("tensors")->array()) {
    Json::Array& row = *tensor.array();  // file, name, dtype, shape, ...
    const std::string& name = *row[1].string();
    Json& rows = row[3].array()->front();
    if (name == "model.decoder.embed_tokens.weight") rows = Json(kVocabulary);
    if (name == "model.decoder.embed_positions.weight") rows = Json(kTextContext);
    if (name == "model.encoder.embed_positions.weight") rows = Json(kAudioContext);
  }
  return source;
}

void write_wav(const fs::path& file, const std::vector<float>& samples) {
  auto writer = AudioWriter::create(file, {AudioFormat::kWav, kRate, kRate}, true).value();
  writer.write(samples).value();
  writer.finish().value();
}

}  // namespace

const fs::path& random_whisper() {
  static const ScratchFolder folder;
  static const fs::path path = [] {
    write_source(grown_source(), folder.path());
    return folder.path();
  }();
  return path;
}

void write_tones(const fs::path& file, double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * kRate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto t = static_cast<float>(i) / kRate;
    samples[i] = 0.2f * std::sin(6.2832f * (200 + 300 * std::sin(3 * t)) * t) * std::sin(5 * t);
  }
  write_wav(file, samples);
}

void write_silence_file(const fs::path& file, double seconds) {
  write_wav(file, std::vector<float>(static_cast<std::size_t>(seconds * kRate)));
}

}  // namespace decibit::testing
