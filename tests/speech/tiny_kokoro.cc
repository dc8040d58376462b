// SPDX-License-Identifier: Apache-2.0
#include "tiny_kokoro.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <utility>
#include <vector>

#include "command_line.h"
#include "core/utf8.h"
#include "host_tensors.h"
#include "models/config_reader.h"
#include "models/schema_builder.h"
#include "models/source_model.h"
#include "models/styletts2/modules.h"
#include "procedural.h"

namespace decibit::testing {
namespace {

constexpr styletts2::DecoderDims kDecoder{.wide = 64, .out = 32, .residual_in = 64, .residual = 16};
constexpr std::u32string_view kSymbols = U"abcdefghijklmnopqrstuvwxyz .,!?ˈəɹɪʌæ";
constexpr std::int64_t kStyle = 256, kRows = 62;

}  // namespace

std::unique_ptr<kokoro::Model> tiny_kokoro(const std::string& damaged) {
  const ScratchFolder scratch;
  const std::filesystem::path golden =
      std::filesystem::path(DECIBIT_SOURCE_DIR) / "tests/golden/models/kokoro_tiny";
  write_source(read_json_file(golden / "source.json"), scratch.path());
  if (!damaged.empty()) {
    HostTensors tensors = read_tensors(scratch.path());
    HostTensor& tensor = tensors.at(damaged);
    const std::vector<float> nan(values_of(tensor).size(), std::numeric_limits<float>::quiet_NaN());
    tensor = host_tensor(tensor.dtype, tensor.shape, nan);
    write_tensors(scratch / "model.safetensors", tensors);
  }
  Reporter silent;
  SourceModel source = open_source_model(scratch.path(), {}, silent).value();
  Json vocab(Json::Object{});
  for (std::size_t i = 0; i < kSymbols.size(); ++i)
    vocab.set(to_utf8(kSymbols.substr(i, 1)), static_cast<std::int64_t>(i + 1));
  source.config.set("vocab", vocab);
  ConfigReader config(source.config);
  const styletts2::Dims dims = styletts2::read_dims(config);
  SchemaBuilder builder("kokoro");
  styletts2::add_modules(builder, dims, kDecoder, styletts2::AlphaName::kDot);
  source.schema.tensors = std::move(builder).finish(source.schema.map_name).tensors;
  return kokoro::Model::bind(source, kDecoder).value();
}

kokoro::Voice tiny_voice(double scale) {
  std::vector<float> values = procedural_values("voice", 7, kRows * kStyle, 17, 0);
  for (float& value : values) value = static_cast<float>(value * scale);
  const ScratchFolder scratch;
  const std::filesystem::path file = scratch / "voice.bin";
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(float)));
  return kokoro::Voice::read(file, kStyle).value();
}

}  // namespace decibit::testing
