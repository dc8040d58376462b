// SPDX-License-Identifier: Apache-2.0
#include "tiny_whisper.h"

#include <gtest/gtest.h>

#include <cstring>

#include "kernels/kernel_table.h"
#include "procedural.h"

namespace decibit::testing {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(DECIBIT_SOURCE_DIR) / "tests/golden/models/whisper_tiny";
constexpr std::uint64_t kSeed = 402;

/// Replaces NAME.weight by its codes, scales and biases.
void quantize(HostTensors& tensors, const std::string& path, const Scheme& scheme) {
  const HostTensor dense = tensors.at(path + ".weight");
  const std::int64_t n = dense.shape[0], k = dense.shape[1];
  const std::int64_t groups = scheme.groups_per_row(k);
  const DType scale_type = scheme.scale_dtype(DType::kF32);
  HostTensor codes{DType::kU32, {n, scheme.words_per_row(k)}, {}};
  HostTensor scales{scale_type, {n, groups}, {}};
  codes.bytes.resize(static_cast<std::size_t>(n * codes.shape[1] * 4));
  scales.bytes.resize(static_cast<std::size_t>(n * groups * size_bytes(scale_type)));
  HostTensor biases = scales;
  for (std::int64_t row = 0; row < n; ++row) {
    const auto at = [&](HostTensor& t) {
      return t.bytes.data() +
             static_cast<std::size_t>(row) * (t.bytes.size() / static_cast<std::size_t>(n));
    };
    find_table("reference")
        ->quantize_row({scheme, Profile::kCpu, ScaleRule::kMlx, DType::kF32, k,
                        dense.bytes.data() + static_cast<std::size_t>(row * k * 4), at(codes),
                        at(scales), scheme.has_biases() ? at(biases) : nullptr});
  }
  tensors[path + ".weight"] = codes;
  tensors[path + ".scales"] = scales;
  if (scheme.has_biases()) tensors[path + ".biases"] = biases;
}

void quantize_folder(const std::filesystem::path& folder, const Scheme& scheme) {
  const std::filesystem::path file = folder / "model.safetensors";
  HostTensors tensors = read_tensors(file);
  for (const auto& [name, tensor] : HostTensors(tensors)) {
    const bool is_matrix = name.ends_with(".weight") && tensor.shape.size() == 2;
    if (is_matrix && name.find("embed_positions") == name.npos)
      quantize(tensors, name.substr(0, name.size() - 7), scheme);
  }
  std::filesystem::remove(file);
  write_tensors(file, tensors);
  Json config = read_json_file(folder / "config.json");
  Json quantization;
  quantization.set("bits", Json(scheme.bits()));
  quantization.set("group_size", Json(scheme.group_size()));
  quantization.set("mode", Json(name(scheme.mode())));
  config.set("quantization", quantization);
  write_text_file(folder / "config.json", config.dump(1));
}

}  // namespace

TinyWhisper::TinyWhisper(const std::optional<Scheme>& scheme) {
  write_source(read_json_file(kGolden / "source.json"), scratch_.path());
  if (scheme) quantize_folder(scratch_.path(), *scheme);
  Reporter silent;
  model_ = open(silent).value();
}

Result<std::unique_ptr<whisper::Model>> TinyWhisper::open(Reporter& reporter) const {
  const SourceModel source = TRY(open_source_model(folder(), {}, reporter));
  return whisper::Model::bind(source, reporter);
}

std::vector<float> TinyWhisper::mel() {
  return procedural_values("input.mel", kSeed, 100 * 80, 17, 0.0);
}

const HostTensors& TinyWhisper::golden() {
  static const HostTensors tensors = read_tensors(kGolden / "golden.safetensors");
  return tensors;
}

std::vector<std::int32_t> TinyWhisper::golden_ids(const std::string& name) {
  const HostTensor& tensor = golden().at(name);
  std::vector<std::int32_t> ids(tensor.bytes.size() / 4);
  std::memcpy(ids.data(), tensor.bytes.data(), tensor.bytes.size());
  return ids;
}

}  // namespace decibit::testing
