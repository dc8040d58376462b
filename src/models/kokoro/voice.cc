// SPDX-License-Identifier: Apache-2.0
#include "models/kokoro/voice.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "io/npz.h"
#include "io/safetensors.h"
#include "io/torch_file.h"
#include "quant/element.h"

namespace decibit::kokoro {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostRows = 1 << 16;
constexpr double kLargestWeight = 1e6;
constexpr std::size_t kMostParts = 64;

Result<std::vector<Tensor>> read_tensors(const fs::path& file) {
  const std::string extension = file.extension().string();
  if (extension == ".npz") return open_npz(file);
  if (extension == ".pt" || extension == ".pth") return open_torch_file(file);
  return std::move(TRY(open_safetensors(file)).tensors);
}

/// Raw little-endian floats, as kokoro.js has them.
Result<std::vector<float>> read_raw(const ByteSource& source, std::string_view name,
                                    std::int64_t width) {
  const std::uint64_t row = static_cast<std::uint64_t>(width) * sizeof(float);
  if (source.size_bytes() == 0 || source.size_bytes() % row != 0 ||
      source.size_bytes() / row > kMostRows)
    return fail(ErrorCode::kBadInput, fmt::format("{}: {} bytes are no rows of {} floats", name,
                                                  source.size_bytes(), width));
  std::vector<float> values(source.size_bytes() / sizeof(float));
  TRY(source.read(0, std::as_writable_bytes(std::span(values))));
  return values;
}

Result<std::vector<float>> read_one_tensor(const fs::path& file, std::int64_t width) {
  const std::vector<Tensor> tensors = TRY(read_tensors(file));
  if (tensors.size() != 1)
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: a voice file holds one tensor; this one holds {}", file.string(),
                            tensors.size()));
  const Tensor& tensor = tensors.front();
  const Shape& shape = tensor.shape;
  const bool fits = (shape.size() == 2 || (shape.size() == 3 && shape[1] == 1)) &&
                    shape.back() == width && shape[0] >= 1 && shape[0] <= kMostRows;
  if (!fits || !is_mlx_float(tensor.dtype))
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: expected a voice of F32 [rows, 1, {}], found {} {}", file.string(),
                            width, decibit::name(tensor.dtype), to_string(shape)));
  const std::vector<std::byte> bytes = TRY(tensor.read_all());
  std::vector<float> values(static_cast<std::size_t>(tensor.elements()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = load_element(tensor.dtype, bytes.data(), i);
  return values;
}

}  // namespace

Result<Voice> Voice::of(std::vector<float> values, std::string_view name, std::int64_t width) {
  if (!std::ranges::all_of(values, [](float x) { return std::isfinite(x); }))
    return fail(ErrorCode::kBadInput, fmt::format("{}: a voice with NaN or infinity", name));
  Voice voice;
  voice.width_ = static_cast<std::size_t>(width);
  voice.values_ = std::move(values);
  return voice;
}

Result<Voice> Voice::read(const fs::path& file, std::int64_t width) {
  if (file.extension() != ".bin")
    return of(TRY(read_one_tensor(file, width)), file.string(), width);
  const auto source = TRY(open_file(file));
  return of(TRY(read_raw(*source, file.string(), width)), file.string(), width);
}

Result<Voice> Voice::from_bytes(std::span<const std::byte> bytes, std::string_view name,
                                std::int64_t width) {
  return of(TRY(read_raw(*memory_source(std::string(name), bytes), name, width)), name, width);
}

Voice Voice::blend(std::span<const Voice> voices, std::span<const double> weights) {
  Voice sum = voices.front();
  std::size_t size = sum.values_.size();
  for (const Voice& voice : voices) size = std::min(size, voice.values_.size());
  double total = 0;
  for (const double w : weights) total += w;
  std::vector<double> values(size);
  for (std::size_t v = 0; v < voices.size(); ++v)
    for (std::size_t i = 0; i < size; ++i) values[i] += weights[v] / total * voices[v].values_[i];
  sum.values_.assign(values.begin(), values.end());
  return sum;
}

std::span<const float> Voice::style(std::size_t phonemes) const {
  const std::size_t row = std::min(std::max<std::size_t>(phonemes, 1), rows()) - 1;
  return std::span(values_).subspan(row * width_, width_);
}

Result<std::vector<VoicePart>> parse_voice(std::string_view text) {
  std::vector<VoicePart> parts;
  const auto wrong = [&](std::string_view part) {
    return fail(ErrorCode::kUsage,
                fmt::format("--voice {}: '{}' is no voice with a weight", text, part),
                "write af_heart, or a blend: af_heart:2,af_bella:1");
  };
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(",+", at), text.size());
    std::string_view part = text.substr(at, end - at);
    at = end + 1;
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    VoicePart result;
    std::string_view weight;
    if (const auto open = part.find('('); open != part.npos && part.ends_with(')')) {
      weight = part.substr(open + 1, part.size() - open - 2);
      result.name = part.substr(0, open);
      if (weight.empty()) return wrong(part);
    } else if (const auto colon = part.rfind(':'); colon != part.npos) {
      weight = part.substr(colon + 1);
      result.name = part.substr(0, colon);
      if (weight.empty()) return wrong(part);
    } else {
      result.name = part;
    }
    if (!weight.empty()) {
      const auto [stop, error] =
          std::from_chars(weight.data(), weight.data() + weight.size(), result.weight);
      if (error != std::errc() || stop != weight.data() + weight.size() ||
          !(result.weight > 0 && result.weight <= kLargestWeight))
        return wrong(part);
    }
    if (result.name.empty()) return wrong(part);
    if (parts.size() == kMostParts)
      return fail(ErrorCode::kUsage,
                  fmt::format("--voice: a blend of more than {} voices", kMostParts));
    parts.push_back(std::move(result));
  }
  return parts;
}

}  // namespace decibit::kokoro
