// SPDX-License-Identifier: Apache-2.0
// Blocks of elements are compared on all threads and summed in their order.
#include "convert/diff.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>

#include "convert/diff_sides.h"
#include "convert/inspect_subject.h"
#include "core/thread_pool.h"
#include "kernels/kernel_table.h"

namespace decibit {
namespace {

constexpr std::int64_t kBlockElements = std::int64_t{1} << 18;  // 1 MiB of floats

/// What one block of a tensor adds. Blocks are summed in their order, so that the figures do not
/// depend on the number of threads.
struct Sums {
  double signal = 0, noise = 0, max = 0;
  std::int64_t nonfinite = 0;
  bool equal = true;

  void add(const Sums& other) {
    signal += other.signal;
    noise += other.noise;
    max = std::max(max, other.max);
    nonfinite += other.nonfinite;
    equal = equal && other.equal;
  }
};

Sums compare_floats(const std::vector<std::byte>& a, const std::vector<std::byte>& b) {
  Sums sums;
  sums.equal = a == b;
  for (std::size_t i = 0; i < a.size(); i += sizeof(float)) {
    float x = 0, y = 0;
    std::memcpy(&x, a.data() + i, sizeof x);
    std::memcpy(&y, b.data() + i, sizeof y);
    if (!std::isfinite(x) || !std::isfinite(y)) {
      // inf - inf is no number; equal ones are no difference.
      if (std::bit_cast<std::uint32_t>(x) != std::bit_cast<std::uint32_t>(y)) ++sums.nonfinite;
      continue;
    }
    const double reference = x;
    const double difference = reference - static_cast<double>(y);
    sums.signal += reference * reference;
    sums.noise += difference * difference;
    sums.max = std::max(sums.max, std::abs(difference));
  }
  return sums;
}

/// Elements [first, first + count) of `rows`; both are multiples of its row length.
Status read_elements(const RowSource& rows, std::int64_t first, std::int64_t count,
                     std::vector<std::byte>& out) {
  const std::int64_t row_count = count / rows.k();
  out.resize(static_cast<std::size_t>(row_count * rows.row_bytes()));
  return rows.read(first / rows.k(), row_count, out);
}

std::int64_t elements_of(const RowSource& rows) { return rows.rows() * rows.k(); }

class Comparison {
 public:
  Comparison(ThreadPool& pool, Reporter& reporter, std::uint64_t total_bytes)
      : pool_(pool), reporter_(reporter), total_bytes_(total_bytes) {}

  Result<TensorDiff> compare(const DiffWeight& a, const DiffWeight& b) {
    TensorDiff result;
    result.name = a.name;
    result.shape_a = a.shape;
    result.shape_b = b.shape;
    result.method_a = a.method;
    result.method_b = b.method;
    const std::uint64_t bytes = a.stored->stored_bytes() + b.stored->stored_bytes();
    const bool same_kind = a.values->dtype() == b.values->dtype();
    const bool same_count = elements_of(*a.values) == elements_of(*b.values);
    if (a.shape == b.shape && same_kind && same_count) {
      const bool floats = a.values->dtype() == DType::kF32;
      const Sums sums = TRY(sum_blocks(*a.values, *b.values, floats, a.name, bytes));
      result.comparable = floats;
      result.equal_bits = sums.equal && a.method == b.method && TRY(stored_equal(a, b));
      fill_in(result, sums);
    }
    done_bytes_ += bytes;
    return result;
  }

 private:
  static void fill_in(TensorDiff& result, const Sums& sums) {
    const std::int64_t count = num_elements(result.shape_a).value_or(0);
    result.signal = sums.signal;
    result.noise = sums.noise;
    result.max_difference = sums.max;
    result.nonfinite = sums.nonfinite;
    if (count > 0) result.rms_difference = std::sqrt(sums.noise / static_cast<double>(count));
  }

  Result<Sums> sum_blocks(const RowSource& a, const RowSource& b, bool floats,
                          const std::string& name, std::uint64_t bytes) {
    Sums sums;
    const std::int64_t elements = elements_of(a);
    if (elements == 0) return sums;
    // The sides may cut the same sequence into rows of different length.
    const std::int64_t unit = std::lcm(a.k(), b.k());
    const std::int64_t step = std::max<std::int64_t>(kBlockElements / unit, 1) * unit;
    const std::int64_t blocks = (elements + step - 1) / step;
    const auto batch = static_cast<std::int64_t>(pool_.size()) * 2;
    for (std::int64_t begin = 0; begin < blocks; begin += batch) {
      if (reporter_.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");
      const std::int64_t end = std::min(begin + batch, blocks);
      std::vector<Result<Sums>> parts(static_cast<std::size_t>(end - begin), Sums{});
      pool_.parallel_for(parts.size(), [&](std::size_t i) {
        const std::int64_t first = (begin + static_cast<std::int64_t>(i)) * step;
        parts[i] = compare_block(a, b, floats, first, std::min(step, elements - first));
      });
      for (Result<Sums>& part : parts) sums.add(TRY(std::move(part)));
      const double share = static_cast<double>(end) / static_cast<double>(blocks);
      const auto done = static_cast<std::uint64_t>(share * static_cast<double>(bytes));
      reporter_.progress({"comparing", name, done_bytes_ + done, total_bytes_});
    }
    return sums;
  }

  static Result<Sums> compare_block(const RowSource& a, const RowSource& b, bool floats,
                                    std::int64_t first, std::int64_t count) {
    std::vector<std::byte> left, right;
    TRY(read_elements(a, first, count, left));
    TRY(read_elements(b, first, count, right));
    if (floats) return compare_floats(left, right);
    Sums sums;
    sums.equal = left == right;
    return sums;
  }

  /// Different codes can mean equal values, and F64 is compared as F32: there the files decide.
  static Result<bool> stored_equal(const DiffWeight& a, const DiffWeight& b) {
    const Weight &x = *a.stored, &y = *b.stored;
    if (!x.scheme && x.dtype != DType::kF64) return true;
    for (const auto& [left, right] : {std::pair{x.tensor, y.tensor}, std::pair{x.scales, y.scales},
                                      std::pair{x.biases, y.biases}}) {
      if ((left == nullptr) != (right == nullptr)) return false;
      if (left != nullptr && !TRY(tensors_equal(*left, *right))) return false;
    }
    return true;
  }

  static Result<bool> tensors_equal(const Tensor& a, const Tensor& b) {
    if (a.dtype != b.dtype || a.shape != b.shape) return false;
    std::vector<std::byte> left, right;
    for (std::int64_t first = 0; first < a.elements(); first += kBlockElements) {
      const std::int64_t count = std::min(kBlockElements, a.elements() - first);
      const auto bytes = static_cast<std::size_t>(count * size_bytes(a.dtype));
      left.resize(bytes);
      right.resize(bytes);
      TRY(a.read(first, left));
      TRY(b.read(first, right));
      if (left != right) return false;
    }
    return true;
  }

  ThreadPool& pool_;
  Reporter& reporter_;
  std::uint64_t done_bytes_ = 0, total_bytes_;
};

std::uint64_t stored_bytes(const Subject& subject) {
  std::uint64_t bytes = 0;
  for (const Weight& weight : subject.weights) bytes += weight.stored_bytes();
  return bytes;
}

}  // namespace

double TensorDiff::sqnr_db() const { return decibit::sqnr_db(signal, noise); }

double Diff::sqnr_db() const { return decibit::sqnr_db(signal, noise); }

std::int64_t Diff::equal_count() const {
  return std::ranges::count(tensors, true, &TensorDiff::equal_bits);
}

bool Diff::identical() const {
  return only_a.empty() && only_b.empty() &&
         equal_count() == static_cast<std::int64_t>(tensors.size());
}

Result<Diff> diff(const DiffOptions& options, Reporter& reporter) {
  const std::unique_ptr<const Subject> a = TRY(open_subject(options.a, reporter));
  const std::unique_ptr<const Subject> b = TRY(open_subject(options.b, reporter));
  std::vector<std::string> warnings;
  const KernelTable& kernels = choose_table(warnings);
  for (const std::string& warning : warnings) reporter.warn(warning);
  const DiffSides sides = match_sides(*a, *b, kernels);

  Diff result;
  result.model_type = sides.model_type;
  result.bytes_a = stored_bytes(*a);
  result.bytes_b = stored_bytes(*b);
  ThreadPool pool(options.threads);
  Comparison comparison(pool, reporter, result.bytes_a + result.bytes_b);
  auto left = sides.a.begin();
  auto right = sides.b.begin();
  while (left != sides.a.end() || right != sides.b.end()) {  // both are sorted by name
    if (right == sides.b.end() || (left != sides.a.end() && left->name < right->name)) {
      result.only_a.push_back((left++)->name);
    } else if (left == sides.a.end() || right->name < left->name) {
      result.only_b.push_back((right++)->name);
    } else {
      result.tensors.push_back(TRY(comparison.compare(*left++, *right++)));
      if (result.tensors.back().equal_bits) continue;
      result.signal += result.tensors.back().signal;
      result.noise += result.tensors.back().noise;
    }
  }
  return result;
}

}  // namespace decibit
