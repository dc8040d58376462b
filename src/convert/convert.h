// SPDX-License-Identifier: Apache-2.0
// The whole conversion as one call: a source folder in, an MLX-format folder out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/reporter.h"
#include "core/result.h"
#include "kernels/kernel_table.h"
#include "quant/scheme.h"

namespace decibit {

enum class Scope : std::uint8_t { kMlx, kAll };                  // --scope
enum class OutputLayout : std::uint8_t { kAuto, kMlx, kTorch };  // --layout

/// The flags of `decibit convert`; flags that were not given are empty.
struct ConvertOptions {
  std::filesystem::path source;  // --hf-path, an existing folder
  std::filesystem::path target;  // --mlx-path
  bool quantize = false;
  bool dequantize = false;
  std::optional<int> bits;
  std::optional<int> group_size;
  std::optional<Mode> mode;
  std::string recipe;              // "mixed_4_6" or empty
  std::vector<std::string> rules;  // "REGEX=ACTION", in order
  std::optional<DType> dtype;      // F32, F16, BF16
  std::string model_type;
  std::string model_domain;
  Scope scope = Scope::kMlx;
  Profile profile = Profile::kCpu;
  OutputLayout layout = OutputLayout::kAuto;
  bool allow_nonfinite = false;
  bool strict = false;
  bool dry_run = false;
  bool verify = false;
  bool sync = false;
  bool force = false;
  std::uint64_t max_shard_bytes = std::uint64_t{5} << 30;
  unsigned threads = 0;  // 0: all cores of this process
  std::string isa;       // kernel table by name, or empty
};

/// One row of the table that a conversion ends with.
struct ComponentSummary {
  std::string name;
  int tensors = 0;           // logical weights, scales and biases not counted
  std::string method;        // "affine 4:64", "kept F32", "affine 4:64 + kept F32"
  std::int64_t weights = 0;  // numbers, for bits per weight
  std::uint64_t bytes = 0;
  QuantError error;          // of what was quantized
  std::string worst_tensor;  // empty when nothing was quantized
  double worst_sqnr_db = 0;

  double bits_per_weight() const;
};

struct ConvertSummary {
  std::string model_type, model_domain, evidence;
  std::vector<ComponentSummary> components;
  ComponentSummary total;
  std::uint64_t source_bytes = 0;  // of the weight files that were read
  std::uint64_t needed_disk_bytes = 0, free_disk_bytes = 0;
  std::uint64_t needed_memory_bytes = 0;  // estimate
  std::vector<std::string> files;         // written or copied, relative to the target
  std::vector<std::string> notes;         // e.g. layers left dense and why, groups that vanished
  bool dry_run = false;
};

/// Converts. On any error the target is as it was. Errors: kUsage (flags that contradict each other
/// or the model), kNotFound (no source; target exists), kBadInput, kDenied, kResources, kStrict
/// (something was not done as asked), kInterrupted.
Result<ConvertSummary> convert(const ConvertOptions& options, Reporter& reporter);

/// The recipes there are: "mixed_2_6", ...
std::vector<std::string> recipe_names();

}  // namespace decibit
