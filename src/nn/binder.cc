// SPDX-License-Identifier: Apache-2.0
#include "nn/binder.h"

#include <fmt/format.h>

#include <cstring>
#include <new>

#include "quant/element.h"

namespace decibit {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kListed = 20;

/// Elements of F32, F16, BF16 or F64 as floats.
void to_floats(DType dtype, std::span<const std::byte> in, std::span<float> out) {
  switch (dtype) {
    case DType::kF32:
      std::memcpy(out.data(), in.data(), in.size());
      return;
    case DType::kF64:
      for (std::size_t i = 0; i < out.size(); ++i) {
        double v;
        std::memcpy(&v, in.data() + i * sizeof v, sizeof v);
        out[i] = static_cast<float>(v);
      }
      return;
    default:
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = load_element(dtype, in.data(), i);
  }
}

bool is_dense_number(const Weight& weight) {
  return !weight.scheme && (is_mlx_float(weight.dtype) || weight.dtype == DType::kF64);
}

std::string found(const Weight& weight) {
  return fmt::format("{} {}", weight.scheme ? to_string(*weight.scheme) : name(weight.dtype),
                     to_string(weight.shape));
}

/// The elements of a strided view of bytes in memory, row-major.
void gather(const Tensor& view, const std::byte* data, std::span<std::byte> out) {
  const auto item = static_cast<std::size_t>(size_bytes(view.dtype));
  const std::size_t last = view.shape.size() - 1;
  const auto step = static_cast<std::ptrdiff_t>(item) * view.strides[last];
  Shape index(view.shape.size());
  for (std::byte* to = out.data(); to < out.data() + out.size();) {
    std::int64_t position = 0;
    for (std::size_t d = 0; d < last; ++d) position += index[d] * view.strides[d];
    const std::byte* from = data + position * static_cast<std::ptrdiff_t>(item);
    for (std::int64_t i = 0; i < view.shape[last]; ++i, from += step, to += item)
      std::memcpy(to, from, item);
    for (std::size_t d = last; d-- > 0 && ++index[d] == view.shape[d];) index[d] = 0;
  }
}

}  // namespace

void WeightMemory::Free::operator()(std::byte* p) const {
  ::operator delete[](p, std::align_val_t{kAlignment});
}

std::span<std::byte> WeightMemory::bytes(std::size_t size) {
  auto* const p = static_cast<std::byte*>(::operator new[](size, std::align_val_t{kAlignment}));
  blocks_.emplace_back(p);
  owned_bytes_ += size;
  std::memset(p, 0, size);
  return {p, size};
}

std::span<float> WeightMemory::floats(std::int64_t n) {
  const auto size = static_cast<std::size_t>(n);
  return {reinterpret_cast<float*>(bytes(size * sizeof(float)).data()), size};
}

WeightBinder::WeightBinder(std::span<const Weight> weights, WeightMemory& memory)
    : memory_(memory) {
  entries_.reserve(weights.size());
  for (const Weight& weight : weights) entries_.push_back({weight});
  for (std::size_t i = 0; i < entries_.size(); ++i) index_[entries_[i].weight.name] = i;
}

const WeightBinder::Entry* WeightBinder::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &entries_[found->second];
}

std::int64_t WeightBinder::elements(std::string_view name) const {
  const Entry* const entry = find(name);
  return entry == nullptr ? 0 : entry->weight.elements();
}

const Weight* WeightBinder::take(std::string_view name) {
  const auto at = index_.find(name);
  if (at == index_.end()) {
    problem(fmt::format("{}: missing", name));
    return nullptr;
  }
  entries_[at->second].used = true;
  return &entries_[at->second].weight;
}

std::span<const std::byte> WeightBinder::data(const Tensor& tensor) {
  if (const auto mapped = tensor.map(); !mapped.empty()) {
    if (memory_.files_.empty() || memory_.files_.back() != tensor.source)
      memory_.files_.push_back(tensor.source);
    return mapped;
  }
  const auto copy = memory_.bytes(static_cast<std::size_t>(tensor.size_bytes()));
  const std::span<const std::byte> file = tensor.source->map();
  if (!file.empty() && !tensor.strides.empty()) {
    gather(tensor, file.data() + tensor.offset, copy);  // its reader has checked where it lies
  } else if (auto read = tensor.read(0, copy); !read) {
    problem(fmt::format("{}: {}", tensor.name, read.error().message));
    return {};
  }
  return copy;
}

Matrix WeightBinder::matrix(std::string_view name, std::int64_t n, std::int64_t k) {
  const Weight* const weight = take(name);
  if (weight == nullptr) return {};
  std::int64_t columns = 1;
  for (std::size_t d = 1; d < weight->shape.size(); ++d) columns *= weight->shape[d];
  const bool fits = weight->shape.size() >= 2 && weight->shape[0] == n && columns == k;
  if (!fits || (!weight->scheme && !is_dense_number(*weight))) {
    problem(fmt::format("{}: expected [{}, {}], quantized or F32, F16, BF16; found {}", name, n, k,
                        found(*weight)));
    return {};
  }
  const auto codes = data(*weight->tensor);
  if (codes.empty()) return {};
  if (weight->scheme) {
    const auto scales = data(*weight->scales);
    const auto biases =
        weight->biases == nullptr ? std::span<const std::byte>() : data(*weight->biases);
    if (scales.empty() || (weight->biases != nullptr && biases.empty())) return {};
    return Matrix::quantized(*weight->scheme, codes.data(), scales.data(), weight->scales->dtype,
                             weight->biases == nullptr ? nullptr : biases.data(), n, k);
  }
  if (weight->dtype != DType::kF64) return Matrix::dense(weight->dtype, codes.data(), n, k);
  const auto floats = memory_.floats(n * k);
  to_floats(DType::kF64, codes, floats);
  return Matrix::dense(DType::kF32, std::as_bytes(floats).data(), n, k);
}

Matrix WeightBinder::conv(std::string_view name, std::int64_t outputs, std::int64_t taps,
                          std::int64_t inputs) {
  const Entry* const entry = find(name);
  const Shape conv = {outputs, taps, inputs}, rows = {outputs, taps * inputs};
  if (entry != nullptr && entry->weight.shape != conv && entry->weight.shape != rows) {
    take(name);
    problem(fmt::format("{}: expected {}, found {}", name, to_string(conv), found(entry->weight)));
    return {};
  }
  const Matrix m = matrix(name, outputs, taps * inputs);
  if (!m.scheme() || inputs % m.scheme()->group_size() == 0) return m;
  problem(fmt::format("{}: {} inputs a tap are no multiple of the group size of {}", name, inputs,
                      to_string(*m.scheme())));
  return {};
}

std::span<const float> WeightBinder::vector(std::string_view name, std::int64_t n) {
  const Weight* const weight = take(name);
  if (weight == nullptr) return {};
  if (weight->elements() != n || !is_dense_number(*weight)) {
    problem(
        fmt::format("{}: expected {} values, F32, F16 or BF16; found {}", name, n, found(*weight)));
    return {};
  }
  const auto floats = memory_.floats(n);
  const auto bytes = data(*weight->tensor);
  if (!bytes.empty()) to_floats(weight->dtype, bytes, floats);
  return floats;
}

std::span<const float> WeightBinder::depthwise(std::string_view name, std::int64_t channels,
                                               std::int64_t taps) {
  const std::span<const float> stored = vector(name, channels * taps);
  if (stored.empty()) return {};
  const std::span<float> lanes = memory_.floats(channels * taps);
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t tap = 0; tap < taps; ++tap)
      lanes[static_cast<std::size_t>(tap * channels + c)] =
          stored[static_cast<std::size_t>(c * taps + tap)];
  return lanes;
}

std::span<const float> WeightBinder::bias(std::string_view path, std::int64_t n, Bias bias) {
  if (bias == Bias::kNo) return {};
  return vector(fmt::format("{}.bias", path), n);
}

void WeightBinder::skip(std::string_view name) {
  if (const auto at = index_.find(name); at != index_.end()) entries_[at->second].used = true;
}

Status WeightBinder::finish(std::string_view subject) const {
  std::vector<std::string> problems = problems_;
  for (const Entry& entry : entries_)
    if (!entry.used)
      problems.push_back(fmt::format("{}: not part of the model", entry.weight.name));
  if (problems.empty()) return {};
  std::string message = fmt::format("{}: {} weight{} cannot be used:", subject, problems.size(),
                                    problems.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < problems.size() && i < kListed; ++i)
    message += "\n    " + problems[i];
  if (problems.size() > kListed)
    message += fmt::format("\n    ... and {} more", problems.size() - kListed);
  return fail(ErrorCode::kBadInput, std::move(message),
              "decibit inspect says what is in the folder");
}

}  // namespace decibit
