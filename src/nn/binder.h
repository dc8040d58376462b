// SPDX-License-Identifier: Apache-2.0
// From the tensors of a folder to the weights of layers. What a forward pass relies on is checked
// here, once: names, shapes, types. Problems do not end the binding: they are collected, all of
// them, for one error, and what is bound meanwhile is empty.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "kernels/matrix.h"
#include "nn/bias.h"
#include "nn/weights.h"

namespace decibit {

/// The bytes that bound weights refer to: open files, mapped, and copies of what could not be used
/// as it lies there. It lives as long as the layers.
class WeightMemory {
 public:
  /// n zeros, 64-byte aligned.
  std::span<float> floats(std::int64_t n);
  std::span<std::byte> bytes(std::size_t size);
  /// Memory of this process, the mapped files not counted.
  std::size_t owned_bytes() const { return owned_bytes_; }

 private:
  friend class WeightBinder;
  struct Free {
    void operator()(std::byte* p) const;
  };
  std::vector<std::unique_ptr<std::byte[], Free>> blocks_;
  std::vector<std::shared_ptr<const ByteSource>> files_;
  std::size_t owned_bytes_ = 0;
};

class WeightBinder {
 public:
  /// `weights` under the names the layers ask for; `memory` keeps what they use.
  WeightBinder(std::span<const Weight> weights, WeightMemory& memory);

  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// Of a weight, unpacked; 0 if there is none of this name.
  std::int64_t elements(std::string_view name) const;
  /// A weight [n, k], or [n, a, b] with a * b == k: dense (F32, F16, BF16; F64 becomes F32) or
  /// quantized. Used in place; what is not contiguous or not mapped is copied.
  Matrix matrix(std::string_view name, std::int64_t n, std::int64_t k);
  /// The weight of a convolution, [outputs, taps, inputs] or rows of them; the groups of quantized
  /// ones may not cross a tap.
  Matrix conv(std::string_view name, std::int64_t outputs, std::int64_t taps, std::int64_t inputs);
  /// The weight of a depthwise convolution, [channels, taps, 1] or [channels, 1, taps], as
  /// [taps, channels] floats.
  std::span<const float> depthwise(std::string_view name, std::int64_t channels, std::int64_t taps);
  /// Dense values as floats, in any shape of n elements.
  std::span<const float> vector(std::string_view name, std::int64_t n);
  std::span<const float> bias(std::string_view path, std::int64_t n, Bias bias);
  /// Part of the model, but no layer of ours uses it.
  void skip(std::string_view name);
  /// For layers that derive something from their weights.
  WeightMemory& memory() { return memory_; }

  /// kBadInput with every weight that was missing, misshapen or of a wrong type, and every one that
  /// no layer asked for ("position_ids" and the like are dropped before). `subject` begins the
  /// message: "Kokoro in /path".
  Status finish(std::string_view subject) const;

 private:
  struct Entry {
    Weight weight;
    bool used = false;
  };
  const Entry* find(std::string_view name) const;
  /// Null, and a problem noted, unless there is such a weight.
  const Weight* take(std::string_view name);
  void problem(std::string text) { problems_.push_back(std::move(text)); }
  /// The tensor's bytes in place, else a copy; empty, and a problem noted, when reading fails.
  std::span<const std::byte> data(const Tensor& tensor);

  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::size_t> index_;
  WeightMemory& memory_;
  std::vector<std::string> problems_;
};

}  // namespace decibit
