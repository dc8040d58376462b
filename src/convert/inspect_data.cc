// SPDX-License-Identifier: Apache-2.0
// Blocks of a megabyte, one after the other: the disk is slower than the search.
#include "convert/inspect_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "kernels/kernel_table.h"

namespace decibit {
namespace {

constexpr std::int64_t kBlockBytes = std::int64_t{1} << 20;

/// Position of the first bad element among `count` of them, or `count`.
using FindBad = std::function<std::size_t(const std::byte* elements, std::size_t count)>;

std::size_t find_byte(const std::byte* bytes, std::size_t count,
                      const std::function<bool(unsigned)>& is_bad) {
  const auto* end = bytes + count;
  return static_cast<std::size_t>(
      std::find_if(bytes, end, [&](std::byte b) { return is_bad(std::to_integer<unsigned>(b)); }) -
      bytes);
}

std::size_t find_e8m0_nan(const std::byte* bytes, std::size_t count) {
  return find_byte(bytes, count, [](unsigned b) { return b == 0xFF; });
}

std::size_t find_e4m3_nan(const std::byte* bytes, std::size_t count) {
  return find_byte(bytes, count, [](unsigned b) { return (b & 0x7F) == 0x7F; });
}

class DataChecker {
 public:
  DataChecker(const Subject& subject, Reporter& reporter, std::vector<std::string>& problems)
      : reporter_(reporter), problems_(problems), kernels_(choose_table(warnings_)) {
    for (const Tensor& tensor : subject.checkpoint.tensors) total_ += tensor.size_bytes();
  }

  Status check(const Weight& weight) {
    if (!weight.scheme) return scan(*weight.tensor, float_check(weight.dtype), "NaN or infinity");
    const Mode mode = weight.scheme->mode();
    // The codes of mxfp8 are E4M3 numbers, four in a word; all other codes are free of NaN.
    const FindBad codes = mode == Mode::kMxfp8 ? FindBad(find_e4m3_nan) : FindBad();
    TRY(scan(*weight.tensor, codes, "a NaN code"));
    if (mode == Mode::kAffine) {
      TRY(scan(*weight.scales, float_check(weight.scales->dtype), "NaN or infinity"));
      return scan(*weight.biases, float_check(weight.biases->dtype), "NaN or infinity");
    }
    return scan(*weight.scales, mode == Mode::kNvfp4 ? find_e4m3_nan : find_e8m0_nan,
                "a NaN scale");
  }

 private:
  /// Empty for types without NaN, which are read all the same: a cut-off file is found that way.
  FindBad float_check(DType dtype) const {
    if (!is_mlx_float(dtype) && dtype != DType::kF64) return {};
    return [this, dtype](const std::byte* elements, std::size_t count) {
      return kernels_.first_nonfinite(dtype, elements, count);
    };
  }

  Status scan(const Tensor& tensor, const FindBad& find_bad, std::string_view what) {
    // Codes are searched byte by byte, whatever the word they are stored in.
    const bool by_byte = tensor.dtype == DType::kU32 || tensor.dtype == DType::kU8;
    const std::int64_t bits = size_bits(tensor.dtype);
    const std::int64_t step = std::max<std::int64_t>(kBlockBytes * 8 / bits, 1);
    const std::int64_t elements = tensor.elements();
    bool found = false;
    for (std::int64_t first = 0; first < elements; first += step) {
      if (reporter_.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");
      const std::int64_t count = std::min(step, elements - first);
      buffer_.resize(static_cast<std::size_t>(count * bits / 8));
      TRY(tensor.read(first, buffer_));
      done_ += static_cast<std::int64_t>(buffer_.size());
      reporter_.progress({"reading", tensor.name, static_cast<std::uint64_t>(done_),
                          static_cast<std::uint64_t>(total_)});
      if (found || !find_bad) continue;
      const std::size_t searched = by_byte ? buffer_.size() : static_cast<std::size_t>(count);
      const std::size_t bad = find_bad(buffer_.data(), searched);
      if (bad == searched) continue;
      found = true;
      const std::int64_t base = by_byte ? first * bits / 8 : first;
      problems_.push_back(fmt::format("{}: {} at {} {}", tensor.name, what,
                                      by_byte ? "byte" : "element",
                                      base + static_cast<std::int64_t>(bad)));
    }
    return {};
  }

  Reporter& reporter_;
  std::vector<std::string>& problems_;
  std::vector<std::string> warnings_;
  const KernelTable& kernels_;
  std::vector<std::byte> buffer_;
  std::int64_t done_ = 0, total_ = 0;
};

}  // namespace

Status check_data(const Subject& subject, Reporter& reporter, std::vector<std::string>& problems) {
  DataChecker checker(subject, reporter, problems);
  for (const Weight& weight : subject.weights) TRY(checker.check(weight));
  return {};
}

}  // namespace decibit
