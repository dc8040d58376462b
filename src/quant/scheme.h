// SPDX-License-Identifier: Apache-2.0
// A weight format: mode, bits and group size. Only combinations that exist can be built.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "core/result.h"

namespace decibit {

enum class Mode : std::uint8_t { kAffine, kMxfp4, kMxfp8, kNvfp4 };

/// "affine", "mxfp4", ...
std::string_view name(Mode mode);
std::optional<Mode> mode_from_name(std::string_view name);

class Scheme {
 public:
  /// Missing bits or group size take the mode's default (affine 4:64, mxfp4 4:32, mxfp8 8:32,
  /// nvfp4 4:16). kUsage for a combination that does not exist; the message lists those that do.
  static Result<Scheme> make(Mode mode, std::optional<int> bits, std::optional<int> group_size);

  Mode mode() const { return mode_; }
  int bits() const { return bits_; }
  int group_size() const { return group_size_; }
  bool has_biases() const { return mode_ == Mode::kAffine; }
  /// U8 for the fp modes, else the weight's own type.
  DType scale_dtype(DType weight) const { return has_biases() ? weight : DType::kU8; }

  /// Whether rows of K weights can be stored: K is a multiple of the group size.
  bool fits(std::int64_t k) const { return k % group_size_ == 0; }
  std::int64_t words_per_row(std::int64_t k) const { return k * bits_ / 32; }
  std::int64_t groups_per_row(std::int64_t k) const { return k / group_size_; }

  bool operator==(const Scheme&) const = default;

 private:
  Scheme(Mode mode, int bits, int group_size) : mode_(mode), bits_(bits), group_size_(group_size) {}
  Mode mode_;
  int bits_;
  int group_size_;
};

/// "4:64", "mxfp4"
std::string to_string(const Scheme& scheme);
/// Every scheme there is, for messages, tests and benchmarks.
const std::vector<Scheme>& all_schemes();

/// The back end of MLX whose bits are written; they differ in ties, zeros and the sign of zero.
enum class Profile : std::uint8_t { kCpu, kMetal, kCuda };
std::string_view name(Profile profile);
std::optional<Profile> profile_from_name(std::string_view name);

}  // namespace decibit
